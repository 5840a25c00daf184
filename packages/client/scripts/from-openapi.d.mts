/** An OpenAPI document; what is in it is the business of who reads it. */
export type Document = Record<string, unknown>
export function readDocument(): Document
export function toTypes(document: Document): Promise<string>
export function toOperations(document: Document): string
