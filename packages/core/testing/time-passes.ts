/**
 * Lets real time go by, where the time itself is what a test is about: nothing may happen in it, what happens in it is counted, or load
 * comes at a pace. What can be asked for is waited for with `eventually`.
 */
export function timePasses(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
