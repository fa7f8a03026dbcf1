using System;
using System.Linq;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Content;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>Uploads that a body attaches to a page, a block or a comment.</summary>
internal static class Attachments
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Puts a file with its signed URL in the place of each upload that the body names.</summary>
    public static void Attach(Call call) => Attach(call, call.Json);

    private static void Attach(Call call, JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
                Attach(call, item);
        }
        else if (node is JsonObject json)
        {
            if (json["file_upload"] is JsonObject upload)
            {
                _ = json.Remove("file_upload");
                json["type"] = "file";
                json["file"] = File(call, Json.StringOf(upload["id"]) ?? "");
                return;
            }

            foreach (var (_, value) in json.ToArray())
                Attach(call, value);
        }
    }

    private static JsonObject File(Call call, string id)
    {
        var upload = Guid.TryParse(id, out var key) ? call.Workspace.Files.Find(key) : null;
        if (upload is null || upload.BotId != call.Bot.Id || upload.StatusAt(call.Now) != "uploaded")
            throw new NotionFailure(
                404, "object_not_found",
                $"Could not find file_upload with ID: {id}. Confirm the status of the file upload is `uploaded` and " +
                "that it was created by this integration.");
        upload.Attached = true;
        var name = Uri.EscapeDataString(upload.Filename ?? "file");
        return new JsonObject
        {
            ["url"] = $"https://prod-files-secure.s3.us-west-2.amazonaws.com/{call.Workspace.Id}/{upload.Id}/{name}" +
                $"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={Lifetime.TotalSeconds}"
                    + $"&X-Amz-Signature={upload.Id:N}",
            ["expiry_time"] = Times.ToMilliseconds(call.Now + Lifetime),
        };
    }
}
