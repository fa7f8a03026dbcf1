using System.Management.Automation;
using NotionAuth.Core.Common;

namespace NotionAuth.Commands.Base;

/// <summary>The one place where Core's errors become PowerShell's.</summary>
internal static class ErrorRecords
{
    /// <summary>Makes an error record.</summary>
    /// <param name="error">Core's error.</param>
    /// <param name="target">What it is about; null for what the error says itself.</param>
    public static ErrorRecord From(NotionAuthException error, object? target = null) =>
        new(error, error.ErrorId, CategoryOf(error.Kind), target ?? error.Target)
        {
            ErrorDetails = new ErrorDetails(MessageOf(error)) { RecommendedAction = error.RecommendedAction },
        };

    // PowerShell 7 shows the recommended action below the message; Windows PowerShell shows the message alone.
    private static string MessageOf(NotionAuthException error) =>
#if NETSTANDARD2_0
        $"{error.Message} {error.RecommendedAction}";
#else
        error.Message;
#endif

    private static ErrorCategory CategoryOf(NotionErrorKind kind) => kind switch
    {
        NotionErrorKind.InvalidArgument => ErrorCategory.InvalidArgument,
        NotionErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        NotionErrorKind.AlreadyExists => ErrorCategory.ResourceExists,
        NotionErrorKind.AuthenticationFailed => ErrorCategory.AuthenticationError,
        NotionErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
        NotionErrorKind.Busy => ErrorCategory.ResourceBusy,
        NotionErrorKind.ConnectionFailed => ErrorCategory.ConnectionError,
        NotionErrorKind.Timeout => ErrorCategory.OperationTimeout,
        NotionErrorKind.InvalidData => ErrorCategory.InvalidData,
        NotionErrorKind.NotInstalled => ErrorCategory.NotInstalled,
        NotionErrorKind.ServiceFailed => ErrorCategory.ResourceUnavailable,
        _ => ErrorCategory.InvalidOperation,
    };
}
