"use client";
import { useEffect } from "react";

/** Runs the other page's program, where it is a browser that does. */
export default function Page() {
  useEffect(() => {
    import("../page.js");
  }, []);
  return null;
}
