namespace NotionAuth.Core.Api;

/// <summary>What one method does at an endpoint.</summary>
/// <param name="Method">The method, in capital letters.</param>
/// <param name="Capability">The capability that it wants, as Notion's settings name it; null for none.</param>
internal sealed record EndpointOperation(string Method, string? Capability)
{
    /// <summary>Whether it changes nothing.</summary>
    public bool Reads { get; init; }

    /// <summary>The name under which its reply holds a list's items; null where the reply is no list.</summary>
    public string? Items { get; init; }

    /// <summary>Whether it takes a file as multipart/form-data.</summary>
    public bool TakesFile { get; init; }

    /// <summary>Whether a file that is given to it is uploaded, in as many requests as that takes.</summary>
    public bool UploadsFile { get; init; }

    /// <summary>Whether its reply is a list, and it takes <c>page_size</c>.</summary>
    public bool IsList => Items is not null;
}
