/**
 * Finds addresses by a part of them, as Apple's fuzzy `filter[email]` does, without walking every row: all addresses
 * stand in one text, one a line, and are searched with `indexOf`. Lines of addresses that are gone stay until the next
 * rebuild, so the caller looks each hit up again.
 */
export class EmailSearch {
  #text = '\n'
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
    if (this.#dead > 2048) this.#rebuild()
    if (this.#recent.length > 64) {
      this.#text += `${this.#recent.join('\n')}\n`
      this.#recent = []
    }
    const hits = new Set<string>()
    if (part === '' || part.includes('\n')) return hits
    for (let at = this.#text.indexOf(part); at !== -1;) {
      const start = this.#text.lastIndexOf('\n', at) + 1
      const end = this.#text.indexOf('\n', at)
      hits.add(this.#text.slice(start, end))
      at = this.#text.indexOf(part, end)
    }
    for (const email of this.#recent) if (email.includes(part)) hits.add(email)
    return hits
  }

  #rebuild(): void {
    this.#text = `\n${[...this.#all()].join('\n')}\n`
    this.#recent = []
    this.#dead = 0
  }
}
