/** Room to the left of a plot for its largest number, in the letters of a telephone (`svg.plot text` in style.css). */
export const leftOf = (largest: string) => Math.max(48, 16 + 14 * largest.length)
