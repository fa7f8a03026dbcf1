// Notion's official SDK, told on standard input what to do, so that the start of Node is in no measured time. Its package is that of tests/sdk.
import { createHash } from "node:crypto"
import { createRequire } from "node:module"
import { createInterface } from "node:readline"

const { Client, collectPaginatedAPI } = createRequire(new URL("../tests/sdk/", import.meta.url))("@notionhq/client")
const { BENCHMARK_URL: baseUrl, BENCHMARK_TOKEN: auth, BENCHMARK_SOURCE: data_source_id, BENCHMARK_PAGE: page_id } = process.env
const notion = new Client({ auth, baseUrl: baseUrl.replace(/\/$/, "") })

const collect = () => collectPaginatedAPI(notion.dataSources.query, { data_source_id, page_size: 100 })
const titleOf = page => page.properties.Name.title[0].plain_text

const works = {
  async get({ count }) {
    let page
    for (let i = 0; i < count; i++) page = await notion.pages.retrieve({ page_id })
    return { id: page.id }
  },
  async list() {
    return { items: await collect() }
  },
  async titles() {
    const items = await collect()
    return { items, titles: items.map(titleOf) }
  },
  async touched() {
    const items = await collect()
    return { items, text: JSON.stringify(items, null, 2).length }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const wanted = JSON.parse(line)
  globalThis.gc()
  const start = performance.now()
  const { items, titles, ...rest } = await works[wanted.work](wanted)
  const ms = performance.now() - start
  const reply = { ms, ...rest }
  if (items) {
    reply.items = items.length
    reply.titles = createHash("sha256").update((titles ?? items.map(titleOf)).join("\n")).digest("hex").toUpperCase()
  }
  console.log(JSON.stringify(reply))
}
