using System;
using System.Threading.Tasks;
using NotionAuth.Core.Common;
using Xunit;

namespace NotionAuth.Core.Tests.Support;

internal static class Expect
{
    /// <summary>The error that the act ends with: of this id, and with a next step.</summary>
    public static async Task<NotionAuthException> ErrorAsync(string errorId, Func<Task> act) =>
        Check(errorId, await Assert.ThrowsAnyAsync<NotionAuthException>(() => act().WaitAsync(TestNotion.Soon)));

    public static async Task<T> ErrorAsync<T>(string errorId, Func<Task> act)
        where T : NotionAuthException => Assert.IsType<T>(await ErrorAsync(errorId, act));

    public static NotionAuthException Error(string errorId, Action act) =>
        Check(errorId, Assert.ThrowsAny<NotionAuthException>(act));

    private static NotionAuthException Check(string errorId, NotionAuthException error)
    {
        Assert.True(errorId == error.ErrorId, $"Expected {errorId}, but it was {error.ErrorId}: {error.Message}");
        Assert.NotEmpty(error.Message);
        Assert.NotEmpty(error.RecommendedAction);
        return error;
    }
}
