using NotionAuth.Core.SignIn.Callback;
using Xunit;

namespace NotionAuth.Core.Tests.OAuth;

public sealed class WorkspaceIconTests
{
    [Theory]
    [InlineData("🚀")]
    [InlineData("👩\u200d💻")]
    [InlineData("🏔️")]
    [InlineData("👍🏽")]
    [InlineData("🇩🇪")]
    [InlineData("🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F")]
    [InlineData("☕")]
    [InlineData("✅")]
    [InlineData("1️\u20e3")]
    [InlineData("©️")]
    [InlineData("‼️")]
    public void An_emoji_is_one(string emoji) => Assert.True(WorkspaceIcon.IsEmoji(emoji));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("12")]
    [InlineData("<b>")]
    [InlineData("\ufffd")]
    [InlineData("🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀")]
    [InlineData("/icons/star.svg")]
    [InlineData("data:image/png;base64,iVBORw0KGgo=")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/x.png")]
    [InlineData("http://example.com/x.png")]
    [InlineData("https://me:pass@example.com/x.png")]
    [InlineData("https://127.0.0.1:1/x.png")]
    [InlineData("https://localhost:1/x.png")]
    [InlineData("https://[::1]:1/x.png")]
    [InlineData("https://10.0.0.1/x.png")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://0x7f000001/x.png")]
    [InlineData("https://[::ffff:127.0.0.1]/x.png")]
    [InlineData("https://name.invalid/x.png")]
    public void What_cant_be_shown_is_no_icon(string? icon) => Assert.False(WorkspaceIcon.IsEmoji(icon));

    [Fact]
    public void Half_an_emoji_is_none()
    {
        Assert.False(WorkspaceIcon.IsEmoji("\ud83d"));
        Assert.False(WorkspaceIcon.IsEmoji("\ude80\ud83d"));
    }
}
