using System;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Hosting;

namespace NotionAuth.FakeNotion.Content;

/// <summary>A person in a workspace.</summary>
public sealed record User(Guid Id, string Name, string Email, string? AvatarUrl = null)
{
    internal JsonObject ToJson() => new()
    {
        ["object"] = "user",
        ["id"] = Id.ToString(),
        ["name"] = Name,
        ["avatar_url"] = AvatarUrl,
        ["type"] = "person",
        ["person"] = new JsonObject { ["email"] = Email },
    };

    /// <summary>The owner in a token reply says a little more about the person than the users endpoint.</summary>
    internal JsonObject ToOwnerJson(OwnerShape shape) => shape switch
    {
        OwnerShape.Workspace => new() { ["type"] = "workspace", ["workspace"] = true },
        OwnerShape.UserPartial => new() { ["type"] = "user", ["user"] = Reference(Id) },
        OwnerShape.UserWithEmptyPerson => new() { ["type"] = "user", ["user"] = WithPerson([]) },
        _ => new()
        {
            ["type"] = "user",
            ["user"] = WithPerson(new JsonObject { ["email"] = Email, ["email_verified"] = true }),
        },
    };

    internal static JsonObject Reference(Guid id) => new() { ["object"] = "user", ["id"] = id.ToString() };

    private JsonObject WithPerson(JsonObject person)
    {
        var user = ToJson();
        user["person"] = person;
        return user;
    }
}
