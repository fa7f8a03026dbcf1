using System;
using System.Collections.Generic;
using System.Linq;
using NotionAuth.Core.Api;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Tests.Support;

/// <summary>What one process has: its cache, and the store that it may share with others.</summary>
internal sealed class TestProcess(TestNotion notion, RecordingStore? store = null)
{
    public ConnectionCache Cache { get; } = new();

    public RecordingStore Store { get; } = store ?? new RecordingStore();

    public List<string> Warnings { get; } = [];

    public KnownConnection Session
    {
        get
        {
            string botId = notion.Fake.Bots.First(b => b.Integration == notion.Fake.DefaultIntegration).Id.ToString();
            return Cache.Get(new ConnectionKey(Store.Vault, botId));
        }
    }

    public NotionClient Client => ClientWith(waiting: null);

    public NotionClient ClientWith(Action<RequestWait>? waiting) => new(
        notion.Transport, notion.BaseUri,
        new ConnectionTokenSource(Session, Store, notion.Transport, notion.Log.Enqueue, Warnings.Add), Session.Limits,
        notion.Log.Enqueue)
    { Waiting = waiting };

    public ConnectionFinder Finder => new(new TestStores(Store), Cache);

    public int Count(string call) => Store.Calls.Count(c => c == call);
}
