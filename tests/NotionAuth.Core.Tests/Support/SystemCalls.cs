using System;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace NotionAuth.Core.Tests.Support;

/// <summary>What a test needs of Linux and .NET doesn't offer.</summary>
internal static class SystemCalls
{
    private const int OpenFiles = 7;
    private const int Nobody = 65534;

    /// <summary>Runs an action while the process may open no more files.</summary>
    public static T WithoutMoreFiles<T>(Func<T> action)
    {
        Assert(GetLimit(OpenFiles, out Limit before) == 0);
        Limit none = before with { Soft = 3 };
        Assert(SetLimit(OpenFiles, in none) == 0);
        try
        {
            return action();
        }
        finally
        {
            Assert(SetLimit(OpenFiles, in before) == 0);
        }
    }

    /// <summary>
    /// Runs an action with the rights that a user without rights has on files; root, whom no file's mode binds, becomes
    /// such a user for it.
    /// </summary>
    public static T AsNobody<T>(Func<T> action)
    {
        if (!Environment.IsPrivilegedProcess) return action();
        T result = default!;
        ExceptionDispatchInfo? failure = null;

        // It holds for this thread alone, which ends with it.
        var thread = new Thread(() =>
        {
            try
            {
                _ = SetFileUser(Nobody);
                Assert(SetFileUser(-1) == Nobody);
                result = action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static void Assert(bool isSo)
    {
        if (!isSo) throw new InvalidOperationException("The system refused what the test needs.");
    }

    [DllImport("libc", EntryPoint = "getrlimit")]
    private static extern int GetLimit(int resource, out Limit limit);

    [DllImport("libc", EntryPoint = "setrlimit")]
    private static extern int SetLimit(int resource, in Limit limit);

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileUser(int user);

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(ulong Soft, ulong Hard);
}
