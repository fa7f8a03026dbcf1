namespace NotionAuth.Core.Http.Bodies;

/// <summary>An exception that comes from an error reply of Notion's.</summary>
internal interface IHasErrorReply
{
    /// <summary>The reply; null where the error came in another way.</summary>
    ErrorReply? Reply { get; }
}
