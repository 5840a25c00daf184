/** However many are alike, a row is compared with so many: lists of a hundred thousand would take hours otherwise. */
const COMPARED = 20

/** Ids of members by what they are alike in. */
export interface AlikeIds {
  put(key: string, id: string): void
  /** The first of those that are open still; `areMore`: there are others. */
  some(key: string): { ids: string[]; areMore: boolean }
  /** All of them where they are asked for the first time, none later: who was told once is known. */
  allOnce(key: string): string[]
}

/** `isOpen`: whoever was settled by a row before is no longer open to another. */
export function createAlikeIds(isOpen: (id: string) => boolean): AlikeIds {
  const lists = new Map<string, string[]>()
  const told = new Set<string>()
  return {
    put(key, id) {
      const list = lists.get(key)
      if (list) list.push(id)
      else lists.set(key, [id])
    },
    some(key) {
      const list = lists.get(key) ?? []
      const ids: string[] = []
      let looked = 0
      for (const id of list) {
        if (ids.length > COMPARED) break
        looked++
        if (isOpen(id)) ids.push(id)
      }
      // Those that were settled are not looked at over and over.
      if (looked - ids.length > COMPARED) lists.set(key, [...ids, ...list.slice(looked)])
      return { ids: ids.slice(0, COMPARED), areMore: ids.length > COMPARED }
    },
    allOnce(key) {
      if (told.has(key)) return []
      told.add(key)
      return (lists.get(key) ?? []).filter(isOpen)
    },
  }
}
