using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotionAuth.Core.Common;
using NotionAuth.Core.Connections;
using NotionAuth.Core.Connections.Store;
using NotionAuth.Core.OAuth;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class ConnectionJsonTests
{
    private const string Bot = "bot-1";
    private const string Token = "ntn_the-token-itself";

    private static readonly StoredConnection Connection = new()
    {
        Details = new NotionConnection
        {
            Name = "Ünïcode \"quoted\" \\ 🦊",
            BotId = Bot,
            AuthType = AuthType.OAuth,
            ClientId = "client-1",
            BaseUri = new Uri("http://localhost:8080"),
            NotionVersion = "2025-09-03",
            ConnectedAt = new DateTime(2026, 9, 30, 8, 0, 0, DateTimeKind.Utc).AddTicks(1234567),
            RefreshedAt = new DateTime(2026, 10, 1, 8, 0, 0, DateTimeKind.Utc),
            HasRefreshToken = true,
            NeedsReconnect = true,
            Vault = "Test",
            WorkspaceName = "Acme",
            WorkspaceId = "w-1",
            WorkspaceIcon = "🏢",
            OwnerType = "user",
            OwnerId = "u-1",
            OwnerName = "Ada",
            OwnerEmail = "ada@example.com",
        },
        AccessToken = new Secret(Token),
        RefreshToken = new Secret("nrt_refresh/+=\"\\"),
        Reply = TestNotion.Json(
            """{"workspace_name":"Acme","workspace_id":"w-1","workspace_icon":"\ud83c\udfe2","owner":""" +
            """{"type":"user","user":{"id":"u-1","name":"Ada","person":{"email":"ada@example.com"}}},"unknown":""" +
            """[1,{"a":null}]}"""),
        Generation = 7,
    };

    private static readonly AppRegistration App = new(
        new ClientCredentials("client-1", new Secret("secret_\"itself\"")), [new("http://localhost:8914/callback"), new(
            "http://LOCALHOST:9000/Other/")], new Uri("https://api.notion.com"));

    [Fact]
    public void What_is_written_is_one_line_of_ascii_and_the_same()
    {
        const string reply = "{\r\n  \"workspace_name\": \"Größe \u2028 🦊 \\\" \\\\\",\n\t\"list\": [ 1 , " +
            "2 ],\n  \"half\": \"\\ud83d\" \n}";
        string json = ConnectionJson.Write(Connection with { Reply = TestNotion.Json(reply) });
        Assert.All(json, c => Assert.InRange(c, ' ', '~'));
        Assert.Contains("\"list\":[1,2]", json, StringComparison.Ordinal);
        Assert.Contains("\\ud83d\"", json, StringComparison.Ordinal);
        JsonElement kept = ConnectionJson.ReadConnection(json, Bot, "Test").Reply;
        Assert.Equal("Größe \u2028 🦊 \" \\", kept.GetProperty("workspace_name").GetString());
    }

    [Theory]
    [InlineData(AuthType.OAuth)]
    [InlineData(AuthType.Token)]
    public void The_short_form_is_short_and_works(AuthType type)
    {
        StoredConnection full = Connection with
        {
            Details = Connection.Details with
            {
                AuthType = type,
                WorkspaceName = new string('w', 900),
                OwnerName = new string('o', 63) + "🦊",
                WorkspaceIcon = new string('i', 900)
            },
            Reply = TestNotion.Json($$"""{"unknown":"{{new string('u', 2000)}}"}"""),
        };
        string json = ConnectionJson.WriteShort(full);
        Assert.InRange(json.Length, 1, 1100);
        StoredConnection read = ConnectionJson.ReadConnection(json, Bot, "Test");
        Assert.True(read.AccessToken.Matches(full.AccessToken));
        Assert.Equal(full.RefreshToken!.Reveal(), read.RefreshToken!.Reveal());
        Assert.Equal(full.Generation, read.Generation);
        Assert.Equal(
            full.Details with
            {
                WorkspaceName = new string('w', 64),
                OwnerName = new string('o', 63),
                WorkspaceIcon = null,
                Vault =
                    "Test"
            }, read.Details);
    }

    [Fact]
    public void A_sample_is_as_large_as_the_real_one_and_has_nothing_secret()
    {
        string sample = ConnectionJson.Write(ConnectionJson.Sample(Connection));
        Assert.DoesNotContain(Token, sample, StringComparison.Ordinal);
        Assert.DoesNotContain("nrt_", sample, StringComparison.Ordinal);
        Assert.InRange(
            sample.Length, ConnectionJson.Write(Connection).Length - 20, ConnectionJson.Write(Connection).Length);

        // What Windows Credential Manager takes.
        Assert.InRange(ConnectionJson.Write(ConnectionJson.Sample(null)).Length, 900, 1280);
    }

    [Fact]
    public void The_bot_id_counts_as_the_secret_has_it_where_a_vault_gives_names_in_other_letters() =>
        Assert.Equal(
            Bot, ConnectionJson.ReadConnection(ConnectionJson.Write(Connection), "BOT-1", "Test").Details.BotId);

    public static TheoryData<string, string> Broken => new()
    {
        { "name", "null" }, { "name", "\"\"" }, { "name", "7" },
        { "bot_id", "\"bot-2\"" }, { "bot_id", "null" },
        { "auth_type", "\"Magic\"" }, { "auth_type", "\"7\"" }, { "auth_type", "\"1\"" }, { "auth_type", "1" }, {
            "auth_type", "null" },
        { "client_id", "\"a b; Remove-Item\"" }, { "client_id", "\"../x\"" },
        { "base_uri", "\"http://example.com\"" }, { "base_uri", "\"https://user:pass@example.com\"" }, { "base_uri",
            "\"x\"" }, { "base_uri", "null" },
        { "notion_version", "null" }, { "notion_version", "\"2026-03-11\\r\\nX: y\"" },
        { "notion_version", "\"latest\"" },
        { "connected_at", "null" }, { "connected_at", "\"yesterday\"" }, { "connected_at", "5" },
        { "refreshed_at", "\"soon\"" },
        { "access_token", "null" }, { "access_token", "\"\"" }, { "access_token", "\"a b\"" }, { "access_token",
            "\"a\\r\\nX: y\"" }, { "access_token", "\"\\ud800\"" },
        { "reply", "null" }, { "reply", "[]" }, { "reply", "\"x\"" },
        { "version", "0" }, { "version", "-1" }, { "version", "\"1\"" }, { "version", "null" }, { "version", "1.5" },
    };

    [Fact]
    public void A_connection_is_read_as_it_was_written()
    {
        string json = ConnectionJson.Write(Connection);
        StoredConnection read = ConnectionJson.ReadConnection(json, Bot, "Test");
        Assert.Equal(Connection.Details, read.Details);
        Assert.True(read.AccessToken.Matches(Connection.AccessToken));
        Assert.True(read.RefreshToken!.Matches(Connection.RefreshToken));
        Assert.Equal(7, read.Generation);
        Assert.Equal(Connection.Reply.GetRawText(), read.Reply.GetRawText());
        Assert.Equal(json, ConnectionJson.Write(read));
        Assert.Equal(1, JsonNode.Parse(json)!["version"]!.GetValue<int>());
    }

    [Fact]
    public void A_connection_of_a_token_is_read_as_it_was_written()
    {
        StoredConnection token = Connection with
        {
            Details = Connection.Details with
            {
                AuthType = AuthType.Token,
                ClientId = null,
                HasRefreshToken = false,
                RefreshedAt = null,
                NeedsReconnect = false
            },
            RefreshToken = null,
            Reply = TestNotion.Json($$$"""{"id":"{{{Bot}}}","bot":{{{Connection.Reply.GetRawText()}}}}"""),
        };
        StoredConnection read = ConnectionJson.ReadConnection(ConnectionJson.Write(token), Bot, "Test");
        Assert.Equal(token.Details, read.Details);
        Assert.Null(read.RefreshToken);
    }

    [Fact]
    public void An_app_registration_is_read_as_it_was_written_and_its_redirect_URIs_character_for_character()
    {
        AppRegistration read = ConnectionJson.ReadApp(ConnectionJson.Write(App), "client-1", "Test");
        Assert.Equal("client-1", read.Credentials.ClientId);
        Assert.True(read.Credentials.ClientSecret.Matches(App.Credentials.ClientSecret));
        Assert.Equal(App.RedirectUris.Select(u => u.OriginalString), read.RedirectUris.Select(u => u.OriginalString));
        Assert.Equal(App.BaseUri, read.BaseUri);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_member_that_makes_no_sense_is_SecretInvalid(string member, string value)
    {
        JsonObject json = JsonNode.Parse(ConnectionJson.Write(Connection))!.AsObject();
        json.Remove(member);
        string text = $"{json.ToJsonString()[..^1]},\"{member}\":{value}}}";
        NotionAuthException error = Expect.Error(ErrorIds.SecretInvalid, () => ConnectionJson.ReadConnection(text, Bot,
            "Test"));
        Assert.Equal("NotionAuth-bot-1", error.Target);
        Assert.Contains("left as it is", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("itself", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("ntn_just_a_token")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("\ud800")]
    [InlineData("{\"a\":\"\ud800\"}")]
    [InlineData("\0")]
    public void A_text_that_is_not_ours_is_SecretInvalid_and_is_not_quoted(string text)
    {
        NotionAuthException error = Expect.Error(ErrorIds.SecretInvalid, () => ConnectionJson.ReadConnection(text, Bot,
            "Test"));
        Expect.Error(ErrorIds.SecretInvalid, () => ConnectionJson.ReadApp(text, "client-1", "Test"));
        Assert.DoesNotContain("just_a_token", error.ToString(), StringComparison.Ordinal);
        Assert.Null(error.InnerException);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("2147483647")]
    [InlineData("99999999999")]
    public void A_newer_version_is_SecretTooNew_whatever_else_it_holds(string version)
    {
        NotionAuthException error = Expect.Error(ErrorIds.SecretTooNew, () => ConnectionJson.ReadConnection(
            $"{{\"version\":{version},\"what\":[]}}", Bot, "Test"));
        Assert.Contains("Update-Module", error.RecommendedAction, StringComparison.Ordinal);
        Expect.Error(ErrorIds.SecretTooNew, () => ConnectionJson.ReadApp($"{{\"version\":{version}}}", "client-1",
            "Test"));
    }

    [Fact]
    public void A_forged_name_cannot_drive_a_terminal()
    {
        string json = ConnectionJson.Write(Connection with
        {
            Details = Connection.Details with
            {
                Name =
            "a\u001b[2J\u202eb\r\nc"
            }
        });
        Assert.Equal("a [2J b  c", ConnectionJson.ReadConnection(json, Bot, "Test").Details.Name);
    }

    [Fact]
    public void An_app_registration_with_hostile_redirect_URIs_keeps_those_that_are_URIs()
    {
        string json =
            """{"version":""" +
            """1,"client_id":"client-1","client_secret":"s","base_uri":"https://api.notion.com","redirect_uris":""" +
            """[1,null,"x","http://localhost:1/a","\ud800",[]]}""";
        Assert.Equal(
            "http://localhost:1/a",
            Assert.Single(ConnectionJson.ReadApp(json, "client-1", "Test").RedirectUris).OriginalString);
    }

    [Fact]
    public void Random_mutations_are_read_or_are_SecretInvalid_and_never_anything_else()
    {
        string json = ConnectionJson.Write(Connection);
        string app = ConnectionJson.Write(App);
        var random = new Random(20261001);
        int readable = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string mutated = Mutate(i % 2 == 0 ? json : app, random);
            try
            {
                if (i % 2 == 0)
                {
                    StoredConnection read = ConnectionJson.ReadConnection(mutated, Bot, "Test");
                    Assert.Equal(Bot, read.Details.BotId);
                    Assert.True(Enum.IsDefined(read.Details.AuthType));
                    Assert.True(AccessTokenText.IsUsable(read.AccessToken.Reveal()));
                    Assert.True(read.Details.BaseUri.Scheme == "https" || read.Details.BaseUri.IsLoopback);
                    Assert.DoesNotContain(read.Details.Name, char.IsControl);
                    _ = ConnectionJson.ReadConnection(ConnectionJson.Write(read), Bot, "Test");
                    _ = ConnectionMetadata.Write(read);
                }
                else
                {
                    _ = ConnectionJson.Write(ConnectionJson.ReadApp(mutated, "client-1", "Test"));
                }

                readable++;
            }
            catch (NotionAuthException e) when (e.ErrorId is ErrorIds.SecretInvalid or ErrorIds.SecretTooNew)
            {
                Assert.DoesNotContain("itself", e.ToString(), StringComparison.Ordinal);
            }
        }

        Assert.InRange(readable, 100, 19_900);
    }

    [Fact]
    public void Metadata_is_read_as_it_was_written_and_holds_no_secret()
    {
        IReadOnlyDictionary<string, object> metadata = ConnectionMetadata.Write(Connection);
        Assert.Equal(Connection.Details, ConnectionMetadata.Read(metadata, Bot, "Test"));
        Assert.All(metadata.Values, v => Assert.True(v is string or int, $"{v.GetType()} isn't kept by every vault."));
        Assert.DoesNotContain(
            metadata.Values, v => v.ToString()!.Contains("itself", StringComparison.Ordinal) || v.ToString()!.Contains(
                "nrt_", StringComparison.Ordinal));
        Assert.DoesNotContain(metadata.Values, v => v is string { Length: 0 });
    }

    [Fact]
    public void Metadata_as_another_vault_gives_it_back_is_read_too()
    {
        var metadata = ConnectionMetadata.Write(Connection).ToDictionary(p => p.Key, p => p.Value);
        metadata["HasRefreshToken"] = 1L;
        metadata["NeedsReconnect"] = "1";
        metadata["ConnectedAt"] = Connection.Details.ConnectedAt.AddTicks(-1234567);
        Assert.Equal(
            Connection.Details with { ConnectedAt = Connection.Details.ConnectedAt.AddTicks(-1234567) },
            ConnectionMetadata.Read(metadata, Bot, "Test"));
    }

    [Theory]
    [InlineData("Name", null)]
    [InlineData("Name", "")]
    [InlineData("AuthType", "Magic")]
    [InlineData("AuthType", "7")]
    [InlineData("BaseUri", "x")]
    [InlineData("NotionVersion", null)]
    [InlineData("ConnectedAt", "yesterday")]
    public void Metadata_that_is_not_whole_is_none(string key, string? value)
    {
        var metadata = ConnectionMetadata.Write(Connection).ToDictionary(p => p.Key, p => p.Value);
        if (value is null) metadata.Remove(key);
        else metadata[key] = value;
        Assert.Null(ConnectionMetadata.Read(metadata, Bot, "Test"));
    }

    [Fact]
    public void Forged_metadata_cannot_drive_a_terminal()
    {
        var metadata = ConnectionMetadata.Write(Connection).ToDictionary(p => p.Key, p => p.Value);
        foreach (string key in new[] { "Name", "WorkspaceName", "OwnerName", "OwnerEmail", "ClientId", "WorkspaceIcon",
            "NotionVersion" }) metadata[key] = "a\u001b[2J\u202e\r\n";
        NotionConnection? details = ConnectionMetadata.Read(metadata, Bot, "Test");
        Assert.DoesNotContain(JsonSerializer.Serialize(details), "\\u001B", StringComparison.OrdinalIgnoreCase);
        if (details is not null)
            Assert.DoesNotContain(
                string.Concat(
                    details.Name, details.WorkspaceName, details.OwnerName, details.OwnerEmail, details.ClientId,
                    details.WorkspaceIcon, details.NotionVersion), char.IsControl);
    }

    private static string Mutate(string text, Random random)
    {
        var mutated = new StringBuilder(text);
        string[] splices = ["\"", "{", "}", "[", "]", ",", ":", "\\", "\\ud800", "\ud800", "null", "1e999", "-", "\0",
            "\u001b", "\r\n", "true", "\"version\":1,", new string('[', 100)];
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(mutated.Length);
            switch (random.Next(5))
            {
                case 0: mutated[at] = (char)random.Next(0x20, 0x7f); break;
                case 1: mutated.Remove(at, Math.Min(random.Next(1, 20), mutated.Length - at)); break;
                case 2: mutated.Insert(at, splices[random.Next(splices.Length)]); break;
                case 3: mutated[at] = (char)random.Next(0x10000); break;
                default:
                    mutated.Insert(at, mutated.ToString(at, Math.Min(random.Next(1, 60), mutated.Length - at)));
                    break;
            }

            if (mutated.Length == 0) mutated.Append('{');
        }

        return mutated.ToString();
    }
}
