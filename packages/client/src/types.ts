import type { components, operations, webhooks } from './generated/openapi.ts'
import type { OPERATIONS } from './generated/operations.ts'

/** The shapes of the API by name: `Schemas['Member']`. */
export type Schemas = components['schemas']

/** Names of operations, as in the reference of the API. */
export type OperationId = keyof typeof OPERATIONS

/** Operations that list things in pages. */
export type PagedOperationId = {
  [Id in OperationId]: (typeof OPERATIONS)[Id]['isPaged'] extends true ? Id : never
}[OperationId]

type Operation<Id extends OperationId> = operations[Id]

type Present<T> = [T] extends [never] ? object : T extends undefined ? object : T

type PathOf<O> = O extends { parameters: { path: infer P } } ? P : object
/** A flag is a boolean to whoever calls, a word in the query. */
type WithFlags<Q> = { [K in keyof Q]: Q[K] extends 'true' | 'false' | undefined ? boolean | Q[K] : Q[K] }
type QueryOf<O> = O extends { parameters: { query: infer Q } }
  ? WithFlags<Q>
  : O extends { parameters: { query?: infer Q } }
    ? WithFlags<Present<NonNullable<Q>>>
    : object
type BodyOf<O> = O extends { requestBody: { content: infer C } }
  ? { body: C[keyof C] }
  : O extends { requestBody?: infer R }
    ? [NonNullable<R>] extends [never]
      ? object
      : NonNullable<R> extends { content: infer C }
        ? { body?: C[keyof C] }
        : object
    : object

/** What an operation takes: the parameters of its path and query, and `body`. */
export type Args<Id extends OperationId> = PathOf<Operation<Id>> & QueryOf<Operation<Id>> & BodyOf<Operation<Id>>

type GoodStatus = 200 | 201 | 202 | 204
type GoodAnswer<O> = O extends { responses: infer R } ? R[keyof R & GoodStatus] : never
type MediaTypeOf<A> = A extends { content: infer C } ? keyof C & string : never
type ContentOf<A, M extends string> = A extends { content: infer C } ? (M extends keyof C ? C[M] : never) : undefined

/** Media types an operation can answer in; JSON unless another is asked for. */
export type Accepts<Id extends OperationId> = MediaTypeOf<GoodAnswer<Operation<Id>>>

/** What an operation answers; `undefined` where there is no body. */
export type Answer<Id extends OperationId, M extends string = 'application/json'> = ContentOf<
  GoodAnswer<Operation<Id>>,
  M
>

/** One item of a list. */
export type Item<Id extends PagedOperationId> = Answer<Id> extends { items: (infer I)[] } ? I : never

/** How one request is sent. */
export interface CallOptions<M extends string = string> {
  /** Another media type than JSON, where the operation has one: `text/csv`. */
  accept?: M
  headers?: Record<string, string>
  signal?: AbortSignal
  /** How often it is sent again at most; as of the client unless given. */
  retries?: number
}

type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T]

/** All may be left out where nothing is required. */
type Params<Id extends OperationId, O> = [RequiredKeys<Args<Id>>] extends [never]
  ? [args?: Args<Id>, options?: O]
  : [args: Args<Id>, options?: O]

type DefaultMedia<Id extends OperationId> = 'application/json' extends Accepts<Id> ? 'application/json' : Accepts<Id>

export type Call<Id extends OperationId> = <M extends Accepts<Id> = DefaultMedia<Id>>(
  ...params: Params<Id, CallOptions<M>>
) => Promise<Answer<Id, [Accepts<Id>] extends [never] ? 'application/json' : M>>

/** Every item, page after page. */
export type CallAll<Id extends PagedOperationId> = (
  ...params: Params<Id, Omit<CallOptions, 'accept'>>
) => AsyncGenerator<Item<Id>, void, undefined>

/** A method for each operation, and `all` with an iterator for each list. */
export type Flightroster = { [Id in OperationId]: Call<Id> } & { all: { [Id in PagedOperationId]: CallAll<Id> } }

type BodyOfCallback<T> = T extends { post: { requestBody?: infer R } }
  ? NonNullable<R> extends { content: { 'application/json': infer B } }
    ? B
    : never
  : never

/** What is posted to a webhook; its `type` tells which. */
export type Callback = { [Type in keyof webhooks]: BodyOfCallback<webhooks[Type]> }[keyof webhooks]
