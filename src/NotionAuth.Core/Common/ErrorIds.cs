namespace NotionAuth.Core.Common;

/// <summary>
/// The stable ids of NotionAuth's own errors. Errors of Notion's API and of OAuth carry their own codes in Pascal case
/// instead (<c>object_not_found</c> is <c>ObjectNotFound</c>, <c>invalid_grant</c> is <c>InvalidGrant</c>). A code of
/// Notion's needs a line here only where the module itself compares it or makes the same error. In alphabetical order.
/// </summary>
public static class ErrorIds
{
    /// <summary>The user pressed Deny or Cancel on Notion's page (RFC 6749 section 4.1.2.1).</summary>
    public const string AccessDenied = "AccessDenied";

    /// <summary>An asynchronous task of Notion's that failed.</summary>
    public const string AsyncTaskFailed = "AsyncTaskFailed";

    /// <summary>A body that contains itself.</summary>
    public const string BodyCycle = "BodyCycle";

    /// <summary>A body's text, file or stream that isn't JSON, or ends early.</summary>
    public const string BodyNotJson = "BodyNotJson";

    /// <summary>A body with a SecureString or a PSCredential in it.</summary>
    public const string BodySecret = "BodySecret";

    /// <summary>A body with more levels than the limit.</summary>
    public const string BodyTooDeep = "BodyTooDeep";

    /// <summary>A body of more bytes than the limit, or without end.</summary>
    public const string BodyTooLarge = "BodyTooLarge";

    /// <summary>A body whose file, stream, property or list can't be read.</summary>
    public const string BodyUnreadable = "BodyUnreadable";

    /// <summary>The browser couldn't be started.</summary>
    public const string BrowserFailed = "BrowserFailed";

    /// <summary>There is no browser here: SSH, a container, no display.</summary>
    public const string BrowserUnavailable = "BrowserUnavailable";

    /// <summary>Another process holds the lock of a connection or vault.</summary>
    public const string Busy = "Busy";

    /// <summary>No callback came within the time-out.</summary>
    public const string CallbackTimeout = "CallbackTimeout";

    /// <summary>Parameters that make no sense together.</summary>
    public const string ConflictingParameters = "ConflictingParameters";

    /// <summary>Several connections of one store have the name that was asked for.</summary>
    public const string ConnectionAmbiguous = "ConnectionAmbiguous";

    /// <summary>Notion couldn't be reached, or the connection broke.</summary>
    public const string ConnectionFailed = "ConnectionFailed";

    /// <summary>A connection of that name isn't stored.</summary>
    public const string ConnectionNotFound = "ConnectionNotFound";

    /// <summary>No room on the disk for a reply.</summary>
    public const string DiskFull = "DiskFull";

    /// <summary>A reply's object whose keys a PowerShell object can't hold.</summary>
    public const string DuplicateKey = "DuplicateKey";

    /// <summary>A file that changed while it was sent.</summary>
    public const string FileChanged = "FileChanged";

    /// <summary>A file, or a folder to write to, that isn't there.</summary>
    public const string FileNotFound = "FileNotFound";

    /// <summary>A file that can't be read or written: locked, a folder, or not allowed.</summary>
    public const string FileUnavailable = "FileUnavailable";

    /// <summary>A file upload that Notion calls failed or expired.</summary>
    public const string FileUploadFailed = "FileUploadFailed";

    /// <summary>A base URI that isn't https, or http on a loopback host.</summary>
    public const string InvalidBaseUri = "InvalidBaseUri";

    /// <summary>A body with something in it that can't be JSON.</summary>
    public const string InvalidBody = "InvalidBody";

    /// <summary>
    /// The callback, or the text pasted in its place, has neither a code nor an error, or one of them twice.
    /// </summary>
    public const string InvalidCallback = "InvalidCallback";

    /// <summary>A client id that Notion doesn't know, or a wrong client secret (RFC 6749 section 5.2).</summary>
    public const string InvalidClient = "InvalidClient";

    /// <summary>A client id with characters that no client id has.</summary>
    public const string InvalidClientId = "InvalidClientId";

    /// <summary>No content type is known for the file's extension, or the one that was given isn't one.</summary>
    public const string InvalidContentType = "InvalidContentType";

    /// <summary>A file's path that isn't one of the file system.</summary>
    public const string InvalidFilePath = "InvalidFilePath";

    /// <summary>A file that is empty, or larger than Notion takes at once.</summary>
    public const string InvalidFileSize = "InvalidFileSize";

    /// <summary>A header that may not be set, or isn't one.</summary>
    public const string InvalidHeader = "InvalidHeader";

    /// <summary>A connection name that can't be used.</summary>
    public const string InvalidName = "InvalidName";

    /// <summary>A Notion-Version that isn't a date.</summary>
    public const string InvalidNotionVersion = "InvalidNotionVersion";

    /// <summary>Paging for a request that isn't a list.</summary>
    public const string InvalidPaging = "InvalidPaging";

    /// <summary>A request path that would leave the API.</summary>
    public const string InvalidPath = "InvalidPath";

    /// <summary>A proxy's address that isn't one.</summary>
    public const string InvalidProxy = "InvalidProxy";

    /// <summary>A name or value of a query has no text.</summary>
    public const string InvalidQuery = "InvalidQuery";

    /// <summary>A redirect URI that a loopback listener can't serve.</summary>
    public const string InvalidRedirectUri = "InvalidRedirectUri";

    /// <summary>A reply of Notion's that isn't what it should be.</summary>
    public const string InvalidReply = "InvalidReply";

    /// <summary>A script block of a parameter that fails, or gives nothing that fits.</summary>
    public const string InvalidScriptBlock = "InvalidScriptBlock";

    /// <summary>A token that is empty or has characters that no token has.</summary>
    public const string InvalidToken = "InvalidToken";

    /// <summary>A variable for the reply's status or headers that can't be set.</summary>
    public const string InvalidVariable = "InvalidVariable";

    /// <summary>Several rows of a data source, or of the input, have the key of one that is to be written.</summary>
    public const string KeyNotUnique = "KeyNotUnique";

    /// <summary>
    /// No lock against other processes can be had, though nobody holds it: a read-only or full disk, another user's
    /// lock file.
    /// </summary>
    public const string LockUnavailable = "LockUnavailable";

    /// <summary>Neither a client id nor a client secret is known.</summary>
    public const string MissingClient = "MissingClient";

    /// <summary>NOTION_TOKEN and NOTION_API_TOKEN are both empty.</summary>
    public const string MissingEnvironmentToken = "MissingEnvironmentToken";

    /// <summary>A proxy's credential without a proxy.</summary>
    public const string MissingProxy = "MissingProxy";

    /// <summary>A name, a vault, a client or a body that was passed or piped, and is null or empty.</summary>
    public const string MissingValue = "MissingValue";

    /// <summary>The name belongs to a connection of another bot.</summary>
    public const string NameInUse = "NameInUse";

    /// <summary>The refresh token was refused before: a person must sign in again.</summary>
    public const string NeedsReconnect = "NeedsReconnect";

    /// <summary>This runspace has no current connection.</summary>
    public const string NotConnected = "NotConnected";

    /// <summary>A person is needed, and the host can't ask one.</summary>
    public const string NotInteractive = "NotInteractive";

    /// <summary>Opening the redirect URI's port was refused.</summary>
    public const string PortDenied = "PortDenied";

    /// <summary>Another process listens on the port of every redirect URI.</summary>
    public const string PortInUse = "PortInUse";

    /// <summary>A row names a column that its data source doesn't have.</summary>
    public const string PropertyNotFound = "PropertyNotFound";

    /// <summary>A row has a value that its column doesn't take.</summary>
    public const string PropertyValueInvalid = "PropertyValueInvalid";

    /// <summary>
    /// Notion's rate limit was reached: Notion's own code, and the error of a request that would wait longer than it
    /// may.
    /// </summary>
    public const string RateLimited = "RateLimited";

    /// <summary>Notion doesn't know the redirect URI for this client.</summary>
    public const string RedirectUriNotRegistered = "RedirectUriNotRegistered";

    /// <summary>Notion's next page is the page before.</summary>
    public const string RepeatedCursor = "RepeatedCursor";

    /// <summary>A reply larger than the module takes.</summary>
    public const string ReplyTooLarge = "ReplyTooLarge";

    /// <summary>A request took longer than its time-out.</summary>
    public const string RequestTimeout = "RequestTimeout";

    /// <summary>A token that can't be revoked by API.</summary>
    public const string RevokeNotSupported = "RevokeNotSupported";

    /// <summary>A stored secret that can't be read: broken, or not NotionAuth's.</summary>
    public const string SecretInvalid = "SecretInvalid";

    /// <summary>
    /// A vault is needed, and the module Microsoft.PowerShell.SecretManagement isn't installed or can't be loaded.
    /// </summary>
    public const string SecretManagementMissing = "SecretManagementMissing";

    /// <summary>A stored secret of a newer version of NotionAuth.</summary>
    public const string SecretTooNew = "SecretTooNew";

    /// <summary>A database with several data sources, or none, was queried as if it had one.</summary>
    public const string SeveralDataSources = "SeveralDataSources";

    /// <summary>The callback's state isn't the one that was sent.</summary>
    public const string StateMismatch = "StateMismatch";

    /// <summary>The callback has no state.</summary>
    public const string StateMissing = "StateMissing";

    /// <summary>The callback has more than one state.</summary>
    public const string StateRepeated = "StateRepeated";

    /// <summary>A stream of events ended with an error.</summary>
    public const string StreamFailed = "StreamFailed";

    /// <summary>A redirect, which Notion's API never sends.</summary>
    public const string UnexpectedRedirect = "UnexpectedRedirect";

    /// <summary>The vault refused or failed.</summary>
    public const string VaultFailed = "VaultFailed";

    /// <summary>The vault is locked.</summary>
    public const string VaultLocked = "VaultLocked";

    /// <summary>No vault is registered, or several and none is the default.</summary>
    public const string VaultNotConfigured = "VaultNotConfigured";

    /// <summary>No vault of that name is registered.</summary>
    public const string VaultNotFound = "VaultNotFound";

    /// <summary>The vault can't keep what NotionAuth writes: it cuts, changes, hides or loses it.</summary>
    public const string VaultNotSuitable = "VaultNotSuitable";

    /// <summary>The password of a vault that a person gave is wrong.</summary>
    public const string VaultPasswordWrong = "VaultPasswordWrong";

    /// <summary>A person ended a vault's question for its password: with Ctrl+C, or without a password.</summary>
    public const string VaultPromptCancelled = "VaultPromptCancelled";

    /// <summary>A token of another kind than the parameter takes.</summary>
    public const string WrongTokenKind = "WrongTokenKind";
}
