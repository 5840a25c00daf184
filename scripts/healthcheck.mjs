// For containers: asks this container's process whether it is well. HEALTH_URL names another address than the API's.
const url = process.env.HEALTH_URL ?? `http://127.0.0.1:${process.env.PORT ?? 3000}/readyz`

try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) })
  process.exit(answer.ok ? 0 : 1)
} catch {
  process.exit(1)
}
