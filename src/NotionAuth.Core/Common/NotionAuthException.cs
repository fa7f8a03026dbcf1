using System;

namespace NotionAuth.Core.Common;

/// <summary>What kind of trouble an error is; a host maps it to its own categories.</summary>
public enum NotionErrorKind
{
    /// <summary>The caller gave something that can't be used.</summary>
    InvalidArgument,

    /// <summary>The named thing isn't there.</summary>
    NotFound,

    /// <summary>Something of that name is there already.</summary>
    AlreadyExists,

    /// <summary>A credential was refused.</summary>
    AuthenticationFailed,

    /// <summary>The credential is good, but doesn't allow this.</summary>
    PermissionDenied,

    /// <summary>The other side, or a port or lock, is busy.</summary>
    Busy,

    /// <summary>Notion couldn't be reached, or the connection broke.</summary>
    ConnectionFailed,

    /// <summary>It took too long.</summary>
    Timeout,

    /// <summary>What arrived or was stored isn't what it should be.</summary>
    InvalidData,

    /// <summary>The operation can't be done in this state or place.</summary>
    InvalidOperation,

    /// <summary>Something this machine needs is missing.</summary>
    NotInstalled,

    /// <summary>Notion failed.</summary>
    ServiceFailed,
}

/// <summary>
/// An error with a stable id and the next step. Neither the message nor any property ever holds a token, a code or a
/// client secret.
/// </summary>
public class NotionAuthException : Exception
{
    /// <summary>How a message says that the request never left this machine.</summary>
    internal const string NothingWasSent = "Nothing was sent.";

    /// <summary>Makes an error.</summary>
    /// <param name="errorId">A stable id, one of <see cref="ErrorIds"/> or Notion's own code in Pascal case.</param>
    /// <param name="kind">What kind of trouble it is.</param>
    /// <param name="message">What happened; redacted already.</param>
    /// <param name="recommendedAction">What to do next, in one or two sentences.</param>
    /// <param name="innerException">The platform's exception where it adds something and holds no secret.</param>
    public NotionAuthException(
        string errorId, NotionErrorKind kind, string message, string recommendedAction,
        Exception? innerException = null)
        : base(message, innerException)
    {
        ErrorId = errorId;
        Kind = kind;
        RecommendedAction = recommendedAction;
    }

    /// <summary>An error about the caller's input, found before anything was sent. Its message says so.</summary>
    /// <param name="errorId">A stable id.</param>
    /// <param name="message">What is wrong, in whole sentences; redacted already.</param>
    /// <param name="recommendedAction">What to do next.</param>
    /// <param name="target">What it is about, redacted already.</param>
    /// <returns>The error.</returns>
    internal static NotionAuthException NothingSent(
        string errorId, string message, string recommendedAction, string? target = null) =>
        new(errorId, NotionErrorKind.InvalidArgument, $"{message} {NothingWasSent}", recommendedAction)
        {
            Target = target,
        };

    /// <summary>The stable id.</summary>
    public string ErrorId { get; }

    /// <summary>What kind of trouble it is.</summary>
    public NotionErrorKind Kind { get; }

    /// <summary>What to do next.</summary>
    public string RecommendedAction { get; }

    /// <summary>What the error is about (a connection's name, a path, a URI), where there is such a thing.</summary>
    public string? Target { get; init; }

    /// <summary>The same error with other words, for who knows more than the place where it happened.</summary>
    /// <param name="message">The message, redacted already.</param>
    /// <param name="recommendedAction">What to do next.</param>
    /// <returns>The error; this one where its type has more to say than can be copied.</returns>
    internal virtual NotionAuthException With(string message, string recommendedAction) =>
        GetType() == typeof(NotionAuthException)
            ? new(ErrorId, Kind, message, recommendedAction, InnerException) { Target = Target } : this;
}
