using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http;
using NotionAuth.Core.Http.Handlers;
using NotionAuth.Core.Tests.Fake;
using NotionAuth.FakeNotion.Hosting;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

/// <summary>Whichever way Notion counts, who waits as long as he is told to is served.</summary>
public sealed class LimitWindowTests
{
    [Theory]
    [InlineData(false, null, 3, 60)]
    [InlineData(true, null, 3, 60)]
    [InlineData(true, 5, 7, 300)]
    public async Task A_limit_is_waited_out_once_for_each_window(
        bool isFixed, int? ofWorkspace, int count, int seconds)
    {
        var time = new ManualTime();
        await using FakeNotionServer server =
            await FakeNotionServer.StartAsync(new FakeNotionOptions { TimeProvider = time, Seed = null });
        server.State.RateLimit = new RateLimit { Limit = 10, IsFixed = isFixed, WorkspaceLimit = ofWorkspace };
        var waits = new List<TimeSpan>();
        using var transport = new NotionTransport(proxy: null, policy: new RetryPolicy
        {
            Delay = (wait, _) =>
            {
                waits.Add(wait);
                time.Advance(wait);
                return Task.CompletedTask;
            },
        });
        var token = new FixedTokenSource(new Secret(server.State.DefaultInternalIntegration.Token!));
        var client = new NotionClient(transport, Core.Http.BaseUri.Check(server.BaseUri), token, null);
        for (int i = 0; i < 40; i++)
        {
            var request = new NotionRequest { Path = "users/me", TotalTimeout = TimeSpan.FromHours(1) };
            Assert.Equal(200, (await client.SendAsync(request, default)).Status);
        }

        Assert.Equal(Enumerable.Repeat(TimeSpan.FromSeconds(seconds), count), waits);
    }
}
