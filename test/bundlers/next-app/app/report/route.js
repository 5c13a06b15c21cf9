/** Hands what the page reports to the server that the environment names. */
export async function POST(request) {
  return fetch(process.env.REPORT_TO, { method: "POST", body: await request.text() });
}
