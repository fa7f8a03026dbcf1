using System;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.Tests.Support;
using NotionAuth.FakeNotion.Control;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

/// <summary>
/// A connection that is replaced or removed stays away, and of two sign-ins for one name one gets it.
/// </summary>
public sealed class ReplacedConnectionTests
{
    private const string TokenPath = "/v1/oauth/token";
    private static readonly NotionRequest Me = new() { Path = "users/me" };

    [Fact]
    public async Task Force_waits_for_a_refresh_of_the_old_connection_which_is_not_written_back_then()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var holder = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(holder.Store, "prod");
        notion.Fake.ExpireAccessTokens(Guid.Parse(old.Details.BotId));
        var answer = new TaskCompletionSource();
        notion.Fake.Faults.Add(Fault.Hold(answer.Task, TokenPath));
        Task<NotionReply> refreshing = holder.Client.SendAsync(Me, default);
        await notion.Fake.WaitForRequestAsync(r => r.Path == TokenPath).WaitAsync(TestNotion.Soon);

        Task waiting = Waiting(holder.Store);
        Task<StoredConnection> replacing =
            ConnectAsync(notion, holder.Store, new ConnectOptions { Name = "prod", Force = true });
        await Task.WhenAny(replacing, waiting).WaitAsync(TestNotion.Soon);
        answer.SetResult();

        StoredConnection anew = await replacing.WaitAsync(TestNotion.Soon);
        Assert.Equal(200, (await refreshing.WaitAsync(TestNotion.Soon)).Status);
        Assert.Null(holder.Store.Stored(old.Details.BotId));
        Assert.Equal(
            anew.Details.BotId, (await holder.Finder.FindAsync("prod", null, null, default)).Session.Key.BotId);
    }

    [Fact]
    public async Task A_connection_that_is_removed_while_it_is_refreshed_is_not_made_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        var answer = new TaskCompletionSource();
        notion.Fake.Faults.Add(Fault.Hold(answer.Task, TokenPath));
        Task<NotionReply> refreshing = process.Client.SendAsync(Me, default);
        await notion.Fake.WaitForRequestAsync(r => r.Path == TokenPath).WaitAsync(TestNotion.Soon);

        // By hand, with Remove-Secret: that knows no lock of ours.
        await process.Store.RemoveAsync(old.Details.BotId, default);
        answer.SetResult();
        NotionAuthException error =
            await Expect.ErrorAsync(ErrorIds.ConnectionNotFound, () => refreshing.WaitAsync(TestNotion.Soon));
        Assert.Contains("'Acme'", error.Message, StringComparison.Ordinal);
        await Expect.ErrorAsync(ErrorIds.ConnectionNotFound, () => process.Client.SendAsync(Me, default));
        Assert.Null(process.Store.Stored(old.Details.BotId));
        Assert.Empty(process.Warnings);
    }

    [Fact]
    public async Task A_pair_that_the_vault_did_not_take_does_not_bring_back_a_connection_that_was_removed_since()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var holder = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(holder.Store, "prod");
        notion.Fake.ExpireAccessTokens(Guid.Parse(old.Details.BotId));
        holder.Store.FailOn("Write", 1);
        await holder.Client.SendAsync(Me, default);

        StoredConnection anew =
            await ConnectAsync(notion, holder.Store, new ConnectOptions { Name = "prod", Force = true });
        await Expect.ErrorAsync(ErrorIds.ConnectionNotFound, () => holder.Client.SendAsync(Me, default));
        Assert.Null(holder.Store.Stored(old.Details.BotId));
        Assert.Equal(
            anew.Details.BotId, (await holder.Finder.FindAsync("prod", null, null, default)).Session.Key.BotId);

        // The same bot may sign in again.
        await notion.StoreAsync(holder.Store, "again");
        Assert.Equal(200, (await holder.Client.SendAsync(Me, default)).Status);
    }

    [Fact]
    public async Task A_secret_that_a_write_of_our_own_lost_is_written_again()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var process = new TestProcess(notion);
        StoredConnection old = await notion.StoreAsync(process.Store);
        notion.Fake.ExpireAccessTokens();
        process.Store.OnWrite = _ =>
        {
            // A vault that replaces a secret by removing it first.
            process.Store.Secrets.TryRemove(SecretName.OfConnection(old.Details.BotId), out string? _);
            throw new NotionAuthException(ErrorIds.VaultFailed, NotionErrorKind.InvalidOperation, "The vault failed.",
                "Try again.");
        };
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Null(process.Store.Stored(old.Details.BotId));

        process.Store.OnWrite = null;
        Assert.Equal(200, (await process.Client.SendAsync(Me, default)).Status);
        Assert.Equal(2, process.Store.Stored(old.Details.BotId)!.Generation);
    }

    [Fact]
    public async Task Of_two_tokens_for_one_name_at_once_one_gets_it()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        string otherToken = notion.Fake.AddPersonalAccessToken().Token!;
        Task<StoredConnection>? second = null;
        store.OnWrite = _ => Meet(store, ref second, () => ConnectAsync(notion, store, new ConnectOptions
        {
            Name =
            "prod"
        }, otherToken));
        StoredConnection first = await ConnectAsync(notion, store, new ConnectOptions { Name = "PROD" });
        await Expect.ErrorAsync(ErrorIds.NameInUse, () => second!.WaitAsync(TestNotion.Soon));
        Assert.Equal(first.Details.BotId, Assert.Single((await store.ListAsync(default)).Connections).BotId);
    }

    [Fact]
    public async Task A_sign_in_that_loses_the_name_to_another_one_at_the_same_time_is_kept_under_a_free_name()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        Task<StoredConnection>? second = null;
        var run = new SignInRun(notion)
        {
            Browser = ScriptedBrowser.Allowing(),
            Store = store,
            Options = new ConnectOptions { Name = "prod" }
        };
        store.OnWrite = _ => Meet(store, ref second, () => run.ConnectAsync());
        StoredConnection first = await ConnectAsync(notion, store, new ConnectOptions { Name = "prod" });
        NotionAuthException error =
            await Expect.ErrorAsync(ErrorIds.NameInUse, () => second!.WaitAsync(TestNotion.Soon));
        Assert.Contains("'prod 2'", error.Message, StringComparison.Ordinal);
        ILookup<string, NotionConnection> kept = (await store.ListAsync(default)).Connections.ToLookup(c => c.Name);
        Assert.Equal(first.Details.BotId, Assert.Single(kept["prod"]).BotId);
        Assert.Equal(AuthType.OAuth, Assert.Single(kept["prod 2"]).AuthType);
    }

    [Fact]
    public async Task While_a_connection_is_replaced_its_name_is_found_and_is_the_new_one()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        await notion.StoreAsync(store, "prod");
        Task<(KnownConnection Session, IConnectionStore Store)>? finding = null;
        store.OnRemove = () =>
            Meet(store, ref finding,
                () => new TestProcess(notion, store).Finder.FindAsync("prod", null, null, default));
        StoredConnection anew = await ConnectAsync(notion, store, new ConnectOptions { Name = "prod", Force = true });
        Assert.Equal(anew.Details.BotId, (await finding!.WaitAsync(TestNotion.Soon)).Session.Key.BotId);
    }

    [Fact]
    public async Task A_sign_in_is_kept_where_the_replaced_connection_is_locked_or_another_secret_cannot_be_read()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore { Metadata = new() };
        StoredConnection old =
            await notion.StoreAsync(store, "prod", notion.Fake.AddPublicIntegration(workspaceName: "Old"));
        using IDisposable held = await store.LockAsync(old.Details.BotId, default);
        store.OnWait = () => throw new NotionAuthException(ErrorIds.Busy, NotionErrorKind.Busy, "Somebody holds it.",
            "Wait.");
        var options = new ConnectOptions { Name = "prod", Force = true };
        await Expect.ErrorAsync(ErrorIds.Busy, () => ConnectAsync(notion, store, options));
        store.OnRead = () => store.FailOn("Read", 1);
        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store, Options = options };
        NotionAuthException error = await Expect.ErrorAsync(ErrorIds.NameInUse, () => run.ConnectAsync());
        Assert.Contains("'prod 2'", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["prod", "prod 2"],
            (await store.ListAsync(default)).Connections.Select(c => c.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Force_does_not_choose_between_two_connections_of_the_name()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore();
        StoredConnection one =
            await notion.StoreAsync(store, "prod", notion.Fake.AddPublicIntegration(workspaceName: "One"));
        StoredConnection two =
            await notion.StoreAsync(store, "prod", notion.Fake.AddPublicIntegration(workspaceName: "Two"));
        var options = new ConnectOptions { Name = "prod", Force = true };
        await Expect.ErrorAsync(ErrorIds.ConnectionAmbiguous, () => ConnectAsync(notion, store, options));
        Assert.Equal(2, (await store.ListAsync(default)).Connections.Count);

        var run = new SignInRun(notion) { Browser = ScriptedBrowser.Allowing(), Store = store, Options = options };
        NotionAuthException error = await Expect.ErrorAsync(ErrorIds.ConnectionAmbiguous, () => run.ConnectAsync());
        Assert.Contains("kept as 'prod 2'", error.Message, StringComparison.Ordinal);
        foreach (StoredConnection there in new[] { one, two }) Assert.NotNull(store.Stored(there.Details.BotId));
        Assert.Contains((await store.ListAsync(default)).Connections, c => c.Name == "prod 2");
    }

    [Fact]
    public async Task A_name_that_a_secret_has_is_taken_whatever_the_metadata_says()
    {
        await using TestNotion notion = await TestNotion.StartAsync();
        var store = new RecordingStore { Metadata = new() };
        StoredConnection there = await notion.StoreAsync(store, "prod");
        store.Metadata[there.Details.BotId] = there.Details with { Name = "something else" };
        await Expect.ErrorAsync(
            ErrorIds.NameInUse, () => ConnectAsync(notion, store, new ConnectOptions { Name = "prod" }));
        StoredConnection anew = await ConnectAsync(notion, store, new ConnectOptions { Name = "prod", Force = true });
        Assert.Equal(anew.Details.BotId, Assert.Single((await store.ListAsync(default)).Connections).BotId);
    }

    [Fact]
    public async Task A_lock_of_a_store_in_memory_is_held_by_one_at_a_time()
    {
        var store = new MemoryConnectionStore();
        IDisposable held = await store.LockAsync("one", default);
        (await store.LockAsync("other", default)).Dispose();
        Task<IDisposable> second = store.LockAsync("one", default);
        Assert.False(second.IsCompleted);
        held.Dispose();
        held.Dispose();
        using IDisposable next = await second.WaitAsync(TestNotion.Soon);
        Assert.False(store.LockAsync("one", default).IsCompleted);
    }

    private static Task<StoredConnection> ConnectAsync(
        TestNotion notion, RecordingStore store, ConnectOptions options, string? token = null) =>
        new TokenConnector(store, new ConnectionCache(), notion.Transport, null)
            .ConnectAsync(
                new Secret(token ?? notion.Fake.DefaultInternalIntegration.Token!),
                options with { BaseUri = notion.BaseUri }, default);

    private static Task Waiting(RecordingStore store)
    {
        var waiting = new TaskCompletionSource();
        store.OnWait = () => waiting.TrySetResult();
        return waiting.Task;
    }

    /// <summary>
    /// Once, in the midst of one work: begins another one, and goes on when that has ended or waits for a lock.
    /// </summary>
    private static void Meet<T>(RecordingStore store, ref Task<T>? other, Func<Task<T>> begin)
    {
        if (other is not null) return;
        Task waiting = Waiting(store);
        other = Task.Run(begin);
        Assert.True(Task.WaitAny([other, waiting], TestNotion.Soon) >= 0);
    }
}
