using System;
using System.Text.Json;

namespace NotionAuth.Core.Api;

/// <summary>Reads JSON strings that may be anything: a lone surrogate or broken UTF-8 makes <see cref="JsonElement.GetString"/> throw.</summary>
internal static class JsonText
{
    public static string? Of(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static string? Of(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? Of(value) : null;
}
