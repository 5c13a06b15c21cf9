// Nothing of it is for the package: it makes pages cross-origin isolated.
export default {
  headers: () => [
    {
      source: "/:path*",
      headers: [
        { key: "cross-origin-opener-policy", value: "same-origin" },
        { key: "cross-origin-embedder-policy", value: "require-corp" },
      ],
    },
  ],
};
