import { z } from 'zod'

/**
 * Gives a shape its example: what the reference shows wherever the shape comes up, alone or in a list. The compiler and a test
 * hold it to the shape. Examples speak of the roster that `npm start` makes, so that they can be pasted.
 */
export function giveExample<T extends z.ZodType>(shape: T, example: z.input<T>): T {
  z.globalRegistry.add(shape, { ...z.globalRegistry.get(shape), examples: [example] })
  return shape
}
