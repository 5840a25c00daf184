interface Entry {
  /** The part before the @, read backwards: what a searched local part ends is a range of these. */
  key: string
  email: string
}

/**
 * Finds addresses by a part of them, as Apple's fuzzy `filter[email]` does, without walking every row for every part: a
 * client asks for a hundred whole addresses at once. Addresses that are gone stay until the next rebuild, so the caller
 * looks each hit up again.
 */
export class EmailSearch {
  #sorted: Entry[] = []
  #recent: string[] = []
  #dead = 0
  readonly #all: () => Iterable<string>

  constructor(all: () => Iterable<string>) {
    this.#all = all
  }

  add(email: string): void {
    this.#recent.push(email)
  }

  remove(): void {
    this.#dead += 1
  }

  find(part: string): Set<string> {
    this.#settle()
    const at = part.indexOf('@')
    const found = at > 0 ? this.#byLocalPart(part.slice(0, at), part.slice(at)) : this.#byAnyPart(part)
    for (const email of this.#recent) if (email.includes(part)) found.add(email)
    return found
  }

  #byLocalPart(local: string, domain: string): Set<string> {
    const key = backwards(local)
    const found = new Set<string>()
    for (let i = this.#firstFrom(key); i < this.#sorted.length; i += 1) {
      const entry = this.#sorted[i]
      if (!entry?.key.startsWith(key)) break
      if (entry.email.startsWith(domain, entry.key.length)) found.add(entry.email)
    }
    return found
  }

  #byAnyPart(part: string): Set<string> {
    const found = new Set<string>()
    for (const { email } of this.#sorted) if (email.includes(part)) found.add(email)
    return found
  }

  #firstFrom(key: string): number {
    let [low, high] = [0, this.#sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#sorted[middle]?.key ?? '') < key) low = middle + 1
      else high = middle
    }
    return low
  }

  #settle(): void {
    if (this.#dead > 2048) {
      this.#sorted = []
      this.#recent = [...this.#all()]
      this.#dead = 0
    }
    // A sort of what is nearly sorted costs about as much as a walk, so a few newcomers are better walked.
    if (this.#recent.length <= 64) return
    const fresh = this.#recent.map((email) => ({ key: backwards(email.slice(0, email.indexOf('@'))), email }))
    this.#sorted = [...this.#sorted, ...fresh].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    this.#recent = []
  }
}

function backwards(text: string): string {
  let reversed = ''
  for (let i = text.length - 1; i >= 0; i -= 1) reversed += text[i]
  return reversed
}
