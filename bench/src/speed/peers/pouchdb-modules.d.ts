/** What is used here of packages that come without types of their own. */
declare module "pouchdb" {
  export interface PouchDocument {
    readonly _id: string;
    readonly _rev?: string;
    readonly [key: string]: string | undefined;
  }
  export interface PouchEvents {
    on(
      event: "change",
      listener: (change: { readonly doc: PouchDocument }) => void,
    ): this;
    on(event: "error", listener: (cause: unknown) => void): this;
    cancel(): void;
  }
  export default class PouchDB {
    constructor(name: string, options?: { readonly adapter?: string });
    static plugin(plugin: unknown): void;
    static defaults(options: { readonly prefix: string }): typeof PouchDB;
    bulkDocs(documents: readonly PouchDocument[]): Promise<unknown>;
    get(id: string): Promise<PouchDocument>;
    put(document: PouchDocument): Promise<{ readonly rev: string }>;
    allDocs(options: { readonly include_docs: true }): Promise<{
      readonly rows: readonly { readonly doc: PouchDocument }[];
    }>;
    changes(options: {
      readonly live: true;
      readonly since: "now";
      readonly include_docs: true;
    }): PouchEvents;
    sync(url: string): Promise<unknown>;
    sync(url: string, options: { readonly live: true }): PouchEvents;
    close(): Promise<void>;
  }
}

declare module "pouchdb-adapter-memory" {
  const plugin: unknown;
  export default plugin;
}

declare module "express-pouchdb" {
  import type PouchDB from "pouchdb";
  import type { RequestListener } from "node:http";

  export default function expressPouchDB(
    database: typeof PouchDB,
    options: {
      readonly mode: "minimumForPouchDB";
      readonly inMemoryConfig: true;
      readonly logPath: string;
    },
  ): RequestListener;
}

declare module "express" {
  import type { RequestListener } from "node:http";

  interface Express extends RequestListener {
    use(path: string, handler: RequestListener): void;
  }
  export default function express(): Express;
}
