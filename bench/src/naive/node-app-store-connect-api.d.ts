/** As much of the client as is used here; it brings no types. */
declare module 'node-app-store-connect-api' {
  interface Resource {
    type: string
    id: string
  }
  interface Client {
    readAll(path: string): Promise<{ data: Resource[] }>
    create(resource: {
      type: string
      attributes: Record<string, string>
      relationships: Record<string, Resource[]>
    }): Promise<Resource>
    fetch(path: string, options: { method: string; body: string; headers: Record<string, string> }): Promise<Response>
  }
  export function api(options: {
    issuerId: string
    apiKey: string
    privateKey: string
    urlBase: string
    fetch: (url: string, options: RequestInit) => Promise<Response>
  }): Promise<Client>
}
