/** What every key begins with. */
export const ROOT = 'fr'
