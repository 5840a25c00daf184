/** A plain row costs one of these, and others have their turn after so many. */
const AT_ONCE = 2_000
/** What is odd, or has to be compared with another, costs as much as so many plain rows. */
export const DEAR = 20

/** Long work in pieces, by what it costs. */
export interface Pace {
  spend(cost: number): void
  /** Spends one. Undefined while the piece is not over: nobody has to wait then. */
  pause(): Promise<unknown> | undefined
}

export function createPace(turn: () => Promise<unknown>): Pace {
  let spent = 0
  return {
    spend: (cost) => void (spent += cost),
    pause() {
      spent++
      if (spent < AT_ONCE) return undefined
      spent = 0
      return turn()
    },
  }
}
