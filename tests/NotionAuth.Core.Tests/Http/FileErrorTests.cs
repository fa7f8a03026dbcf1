using System.IO;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;
using Xunit;

namespace NotionAuth.Core.Tests.Http;

public sealed class FileErrorTests
{
    [Theory]
    [InlineData(28)]
    [InlineData(122)]
    [InlineData(unchecked((int)0x80070070))]
    [InlineData(unchecked((int)0x80070027))]
    public void A_full_disk_is_reported_as_full(int code)
    {
        NotionAuthException error =
            FileErrors.OfWriting("/data/reply.json", new IOException("No space left on device", code));
        Assert.Equal(ErrorIds.DiskFull, error.ErrorId);
        Assert.Equal("/data/reply.json", error.Target);
    }

    [Fact]
    public void A_device_that_is_always_full_is_reported_as_full()
    {
        if (!File.Exists("/dev/full")) return;
        IOException full = Assert.ThrowsAny<IOException>(() => File.WriteAllText("/dev/full", "x"));
        Assert.Equal(ErrorIds.DiskFull, FileErrors.OfWriting("/dev/full", full).ErrorId);
    }

    [Fact]
    public void A_name_that_would_rule_the_terminal_is_shown_without_that_power() =>
        Assert.DoesNotContain('\u001b', FileErrors.NotFound("/tmp/\u001b[31mred").Message);
}
