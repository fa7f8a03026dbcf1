// Notion's official SDK against the fake. The fake is started by whoever runs this; nothing here knows its insides.
import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { after, before, describe, test } from "node:test"
import {
  APIErrorCode,
  APIResponseError,
  Client,
  collectDataSourceTemplates,
  collectPaginatedAPI,
  isFullPage,
  isNotionClientError,
  iteratePaginatedAPI,
  LogLevel,
} from "@notionhq/client"

const required = name => process.env[name] ?? assert.fail(`the environment variable ${name} is missing`)
const baseUrl = required("FAKE_NOTION_URL").replace(/\/$/, "")
const credentials = { client_id: required("FAKE_NOTION_CLIENT_ID"), client_secret: required("FAKE_NOTION_CLIENT_SECRET") }
const redirectUri = required("FAKE_NOTION_REDIRECT_URI")
const sample = {
  page: required("FAKE_NOTION_PAGE_ID"),
  database: required("FAKE_NOTION_DATABASE_ID"),
  dataSource: required("FAKE_NOTION_DATA_SOURCE_ID"),
}

const newClient = options => new Client({ baseUrl, logLevel: LogLevel.ERROR, logger: () => {}, ...options })

/** Follows the authorize URL the way a browser does, up to the redirect to the application. */
async function authorize() {
  const state = randomBytes(16).toString("base64url") + "/+ ü"
  const url = new URL(`${baseUrl}/v1/oauth/authorize`)
  const query = { client_id: credentials.client_id, redirect_uri: redirectUri, response_type: "code", owner: "user", state }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const response = await fetch(url, { redirect: "manual" })
  assert.equal(response.status, 302)
  const location = new URL(response.headers.get("location"))
  assert.equal(location.origin + location.pathname, redirectUri)
  assert.equal(location.searchParams.get("state"), state)
  return location.searchParams.get("code")
}

async function signIn(client) {
  const code = await authorize()
  return client.oauth.token({ ...credentials, grant_type: "authorization_code", code, redirect_uri: redirectUri })
}

const control = (path, body) =>
  fetch(`${baseUrl}/_control/${path}`, { method: "POST", body: JSON.stringify(body) }).then(r => {
    assert.equal(r.status, 200)
    return r.json()
  })

const rejectsWith = (promise, code, status) =>
  assert.rejects(promise, error => {
    assert.ok(isNotionClientError(error), `not an error of the SDK: ${error}`)
    assert.equal(error.code, code)
    if (status !== undefined) assert.equal(error.status, status)
    return true
  })

/** The SDK has no names for OAuth's codes: it keeps the body. */
const rejectsWithOAuth = (promise, error, status) =>
  assert.rejects(promise, e => {
    assert.ok(isNotionClientError(e))
    assert.equal(e.status, status)
    assert.equal(JSON.parse(e.body).error, error)
    return true
  })

describe("oauth", () => {
  const client = newClient()

  test("a code becomes a pair of tokens, once", async () => {
    const code = await authorize()
    const exchange = () => client.oauth.token({ ...credentials, grant_type: "authorization_code", code, redirect_uri: redirectUri })
    const reply = await exchange()
    assert.match(reply.access_token, /^ntn_/)
    assert.match(reply.refresh_token, /^nrt_/)
    assert.equal(reply.token_type, "bearer")
    assert.equal(reply.owner.type, "user")
    assert.equal(reply.owner.user.type, "person")
    assert.match(reply.owner.user.person.email, /@/)
    assert.equal(reply.duplicated_template_id, null)
    await rejectsWithOAuth(exchange(), "invalid_grant", 400)
  })

  test("another redirect_uri than the authorized one is refused", async () => {
    const code = await authorize()
    await rejectsWithOAuth(
      client.oauth.token({ ...credentials, grant_type: "authorization_code", code, redirect_uri: redirectUri + "/" }),
      "invalid_grant",
      400
    )
  })

  test("a wrong secret is refused", async () => {
    await rejectsWithOAuth(
      client.oauth.introspect({ ...credentials, client_secret: "wrong", token: "ntn_x" }),
      "invalid_client",
      401
    )
  })

  test("a refresh rotates both tokens, and the spent one ends the family", async () => {
    const first = await signIn(client)
    const refresh = refresh_token => client.oauth.token({ ...credentials, grant_type: "refresh_token", refresh_token })
    const second = await refresh(first.refresh_token)
    assert.notEqual(second.access_token, first.access_token)
    assert.notEqual(second.refresh_token, first.refresh_token)
    assert.equal(second.bot_id, first.bot_id)
    await rejectsWith(newClient({ auth: first.access_token }).users.me({}), APIErrorCode.Unauthorized, 401)
    assert.equal((await newClient({ auth: second.access_token }).users.me({})).id, second.bot_id)
    await rejectsWithOAuth(refresh(first.refresh_token), "invalid_grant", 400)
    await rejectsWith(newClient({ auth: second.access_token }).users.me({}), APIErrorCode.Unauthorized, 401)
  })

  test("introspect tells live from dead, revoke makes it dead", async () => {
    const { access_token: token, refresh_token } = await signIn(client)
    const live = await client.oauth.introspect({ ...credentials, token })
    assert.equal(live.active, true)
    assert.ok(Math.abs(live.iat - Date.now() / 1000) < 60)
    assert.match(live.scope, /read_content/)
    assert.ok((await client.oauth.revoke({ ...credentials, token })).request_id)
    assert.equal((await client.oauth.introspect({ ...credentials, token })).active, false)
    await rejectsWith(newClient({ auth: token }).users.me({}), APIErrorCode.Unauthorized, 401)
    await rejectsWithOAuth(client.oauth.token({ ...credentials, grant_type: "refresh_token", refresh_token }), "invalid_grant", 400)
    assert.ok(await client.oauth.revoke({ ...credentials, token: "ntn_never_existed" }))
  })
})

for (const notionVersion of ["2025-09-03", "2026-03-11"]) {
  describe(`api, ${notionVersion}`, () => {
    let notion
    let tokens

    before(async () => {
      tokens = await signIn(newClient())
      notion = newClient({ auth: tokens.access_token, notionVersion })
    })

    test("users", async () => {
      const me = await notion.users.me({})
      assert.equal(me.type, "bot")
      assert.equal(me.id, tokens.bot_id)
      assert.equal(me.bot.workspace_name, tokens.workspace_name)
      const users = await collectPaginatedAPI(notion.users.list, { page_size: 2 })
      const people = users.filter(u => u.type === "person")
      assert.ok(people.length >= 5)
      assert.deepEqual(await notion.users.retrieve({ user_id: people[0].id }).then(({ request_id, ...u }) => u), people[0])
    })

    test("search, page after page", async () => {
      const ids = new Set()
      for await (const result of iteratePaginatedAPI(notion.search, { filter: { property: "object", value: "page" } })) {
        assert.equal(result.object, "page")
        assert.ok(isFullPage(result))
        assert.ok(!ids.has(result.id), "an item came twice")
        ids.add(result.id)
      }
      assert.ok(ids.size > 250)
      const sources = await notion.search({ filter: { property: "object", value: "data_source" } })
      assert.ok(sources.results.some(s => s.id === sample.dataSource))
    })

    test("data sources: query, filter, sort, templates", async () => {
      const all = await collectPaginatedAPI(notion.dataSources.query, { data_source_id: sample.dataSource })
      assert.ok(all.length > 250)
      assert.equal(all[0].parent.type, "data_source_id")
      assert.equal("archived" in all[0], notionVersion < "2026")
      const done = await collectPaginatedAPI(notion.dataSources.query, {
        data_source_id: sample.dataSource,
        filter: { property: "Status", status: { equals: "Done" } },
        sorts: [{ property: "Points", direction: "descending" }],
      })
      assert.equal(done.length, all.filter(p => p.properties.Status.status.name === "Done").length)
      const points = done.map(p => p.properties.Points.number)
      assert.deepEqual(points, points.toSorted((a, b) => b - a))
      const source = await notion.dataSources.retrieve({ data_source_id: sample.dataSource })
      assert.equal(source.properties.Name.type, "title")
      const database = await notion.databases.retrieve({ database_id: sample.database })
      assert.deepEqual(database.data_sources.map(s => s.id), [sample.dataSource])
      const templates = await collectDataSourceTemplates(notion, { data_source_id: sample.dataSource, page_size: 1 })
      assert.ok(templates.length >= 2)
      await rejectsWith(
        notion.dataSources.query({ data_source_id: sample.dataSource, page_size: 101 }),
        APIErrorCode.ValidationError,
        400
      )
    })

    test("blocks", async () => {
      const blocks = await collectPaginatedAPI(notion.blocks.children.list, { block_id: sample.page })
      assert.ok(blocks.length > 100)
      const paragraph = text => ({ paragraph: { rich_text: [{ text: { content: text } }] } })
      const appended = await notion.blocks.children.append({ block_id: sample.page, children: [paragraph("one"), paragraph("two 🎉")] })
      assert.deepEqual(appended.results.map(b => b.paragraph.rich_text[0].plain_text), ["one", "two 🎉"])
      const place =
        notionVersion < "2026"
          ? { after: appended.results[0].id }
          : { position: { type: "after_block", after_block: { id: appended.results[0].id } } }
      const between = await notion.blocks.children.append({ block_id: sample.page, children: [paragraph("one and a half")], ...place })
      const order = (await collectPaginatedAPI(notion.blocks.children.list, { block_id: sample.page })).map(b => b.id)
      assert.equal(order.indexOf(between.results[0].id), order.indexOf(appended.results[0].id) + 1)
      const id = appended.results[1].id
      const updated = await notion.blocks.update({ block_id: id, ...paragraph("three") })
      assert.equal(updated.paragraph.rich_text[0].plain_text, "three")
      const deleted = await notion.blocks.delete({ block_id: id })
      assert.equal(deleted.in_trash, true)
      assert.equal("archived" in deleted, notionVersion < "2026")
    })

    test("pages", async () => {
      const page = await notion.pages.create({
        parent: { type: "data_source_id", data_source_id: sample.dataSource },
        properties: {
          Name: { title: [{ text: { content: "Written by the SDK" } }] },
          Status: { status: { name: "In progress" } },
          Due: { date: { start: "2026-03-29T02:30:00.000+01:00" } },
          Points: { number: 0.1 },
        },
      })
      assert.ok(isFullPage(page))
      assert.equal(page.properties.Due.date.start, "2026-03-29T02:30:00.000+01:00")
      assert.equal(page.created_by.id, tokens.bot_id)
      const updated = await notion.pages.update({ page_id: page.id, properties: { Urgent: { checkbox: true } } })
      assert.equal(updated.properties.Urgent.checkbox, true)
      assert.equal(updated.properties.Points.number, 0.1)
      const title = await notion.pages.properties.retrieve({ page_id: page.id, property_id: "title" })
      assert.equal(title.results[0].title.plain_text, "Written by the SDK")
      const due = await notion.pages.properties.retrieve({ page_id: page.id, property_id: page.properties.Due.id })
      assert.equal(due.date.start, "2026-03-29T02:30:00.000+01:00")
      const trashed = await notion.pages.update({ page_id: page.id, in_trash: true })
      assert.equal(trashed.in_trash, true)
      assert.equal((await notion.pages.retrieve({ page_id: page.id.replaceAll("-", "") })).in_trash, true)
    })

    test("comments", async () => {
      const before = await collectPaginatedAPI(notion.comments.list, { block_id: sample.page })
      const comment = await notion.comments.create({
        parent: { page_id: sample.page },
        rich_text: [{ text: { content: "Hello from the SDK" } }],
      })
      assert.equal(comment.rich_text[0].plain_text, "Hello from the SDK")
      const after = await collectPaginatedAPI(notion.comments.list, { block_id: sample.page, page_size: 2 })
      assert.equal(after.length, before.length + 1)
      assert.equal((await notion.comments.retrieve({ comment_id: comment.id })).id, comment.id)
    })

    test("file uploads, in one part and in two", async () => {
      const single = await notion.fileUploads.create({ mode: "single_part", filename: "a.txt", content_type: "text/plain" })
      assert.equal(single.status, "pending")
      const file = { filename: "a.txt", data: new Blob(["hello"], { type: "text/plain" }) }
      const sent = await notion.fileUploads.send({ file_upload_id: single.id, file })
      assert.equal(sent.status, "uploaded")
      assert.equal(sent.content_length, 5)

      const parts = [randomBytes(5 * 1024 * 1024), randomBytes(1000)]
      const multi = await notion.fileUploads.create({ mode: "multi_part", filename: "b.pdf", number_of_parts: 2 })
      for (const [i, part] of parts.entries()) {
        await notion.fileUploads.send({
          file_upload_id: multi.id,
          file: { filename: "b.pdf", data: new Blob([part]) },
          part_number: String(i + 1),
        })
      }
      const done = await notion.fileUploads.complete({ file_upload_id: multi.id })
      assert.equal(done.status, "uploaded")
      const state = await fetch(`${baseUrl}/_control/state`).then(r => r.json())
      const stored = state.uploadedFiles.find(f => f.id === multi.id)
      assert.equal(stored.sha256, createHash("sha256").update(Buffer.concat(parts)).digest("hex"))
      const listed = await collectPaginatedAPI(notion.fileUploads.list, { status: "uploaded", page_size: 1 })
      assert.ok(listed.length >= 2)
    })

    test("errors have the SDK's names", async () => {
      await rejectsWith(
        notion.pages.retrieve({ page_id: "00000000-0000-4000-8000-000000000000" }),
        APIErrorCode.ObjectNotFound,
        404
      )
      await rejectsWith(notion.pages.retrieve({ page_id: "not-an-id" }), APIErrorCode.ValidationError, 400)
      await rejectsWith(newClient({ auth: "ntn_wrong" }).users.me({}), APIErrorCode.Unauthorized, 401)
      await assert.rejects(newClient({ auth: "ntn_wrong" }).users.me({}), e => {
        assert.ok(APIResponseError.isAPIResponseError(e))
        assert.equal(e.request_id, e.headers.get("x-notion-request-id"))
        return true
      })
    })
  })
}

describe("rate limit", () => {
  after(() => control("ratelimit", { enabled: true, limit: 180, windowSeconds: 60 }))

  test("the SDK waits for the window and recovers", async () => {
    const { access_token: auth } = await signIn(newClient())
    await control("ratelimit", { enabled: true, limit: 2, windowSeconds: 60 })
    const impatient = newClient({ auth, retry: false })
    for (let i = 0; i < 2; i++) await impatient.users.me({})
    await assert.rejects(impatient.users.me({}), e => {
      assert.equal(e.code, APIErrorCode.RateLimited)
      const wait = e.headers.get("retry-after")
      assert.ok(Number(wait) > 0 && Number(wait) <= 60)
      assert.deepEqual(e.additional_data, { rate_limit_reason: "public_api_request_rate_limit", retry_after: wait })
      return true
    })

    // Nothing is let through until the SDK has been turned away, so that no slow machine can miss it.
    await control("ratelimit", { limit: 0, windowSeconds: 1 })
    let turnedAway = 0
    const logger = (_level, message) => {
      if (message !== "retrying request") return
      turnedAway++
      return control("ratelimit", { limit: 180, windowSeconds: 60 })
    }
    const patient = newClient({ auth, logLevel: LogLevel.INFO, logger, retry: { maxRetries: 5 } })
    assert.ok(await patient.users.me({}))
    assert.ok(turnedAway >= 1)
  })
})
