/** Ids in one piece: with the longest of them, a quarter of a megabyte. @internal */
export const NAMES_AT_ONCE = 1_000

type Names = Record<string, readonly string[]>

/**
 * The answer of a dry run as JSON, with the names of a plan in pieces and a turn for others before each: a list of a hundred thousand new
 * people with long ids is 25 MB, which written in one go would hold the process up for a tenth of a second and be in memory twice.
 */
export async function* namesInPieces(
  answer: { held: boolean; plan: object },
  names: Names,
  turn: () => Promise<unknown>,
): AsyncGenerator<string, void> {
  const around = JSON.stringify({ ...answer, plan: undefined })
  yield `${around.slice(0, -1)},"plan":${JSON.stringify(answer.plan).slice(0, -1)},"names":{`
  for (const [at, [list, ids]] of Object.entries(names).entries()) {
    yield `${at > 0 ? ',' : ''}${JSON.stringify(list)}:[`
    for (let from = 0; from < ids.length; from += NAMES_AT_ONCE) {
      await turn()
      const some = JSON.stringify(ids.slice(from, from + NAMES_AT_ONCE))
      yield `${from > 0 ? ',' : ''}${some.slice(1, -1)}`
    }
    yield ']'
  }
  yield '}}}'
}

/** Few enough to be one text. */
export const areFew = (names: Names): boolean =>
  Object.values(names).reduce((sum, ids) => sum + ids.length, 0) <= NAMES_AT_ONCE
