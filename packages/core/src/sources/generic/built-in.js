import jsonata from 'jsonata'

/** Every function that JSONata has for all expressions alike; `now` and `millis` are made for each. */
const BUILT_IN = (
  'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match contains ' +
  'replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power random boolean not ' +
  'map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type sort shuffle distinct ' +
  'base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl eval toMillis fromMillis clone'
).split(' ')

/** Longest text that these take or make: what is longer lies outside of the memory that is bounded. */
const LONGEST = 500_000
const LENGTHS = {
  pad: (_text, width) => Math.abs(width),
  base64encode: (text) => text?.length,
  base64decode: (text) => text?.length,
}

/**
 * The functions are objects that all expressions of the process share, and an expression can change what it can name:
 * `$ ~> |$sum|{"implementation": 1}|` would end `$sum` for everybody. Nothing of them can be changed from here on.
 */
export async function fixBuiltIn() {
  for (const name of BUILT_IN) {
    const found = await jsonata(`$${name}`).evaluate(undefined)
    const lengthOf = LENGTHS[name]
    if (lengthOf) found.implementation = withinLength(name, found.implementation, lengthOf)
    Object.freeze(found.implementation)
    if (found.signature) Object.freeze(found.signature)
    for (const part of Object.keys(found)) Object.defineProperty(found, part, { writable: false, configurable: false })
    // JSONata notes the place of each call there, for its messages.
    Object.seal(Object.assign(found, { token: undefined, position: undefined }))
  }
}

function withinLength(name, implementation, lengthOf) {
  return function bounded(...args) {
    if (lengthOf(...args) > LONGEST) throw new Error(`the text of $${name} is longer than ${LONGEST} characters`)
    return implementation.apply(this, args)
  }
}
