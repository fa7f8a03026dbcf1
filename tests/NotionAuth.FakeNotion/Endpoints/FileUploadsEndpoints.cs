using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using NotionAuth.FakeNotion.Content;
using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

internal static class FileUploadsEndpoints
{
    private const long MaxSinglePart = 20 * 1024 * 1024;
    private const long ImportedBytes = 1024;
    private const long MinPart = 5 * 1024 * 1024;

    public static void Map(Router router)
    {
        router.Map("POST v1/file_uploads", Create, Capabilities.InsertContent);
        router.Map("GET v1/file_uploads", List, Capabilities.ReadContent);
        router.Map("GET v1/file_uploads/{file_upload_id}", Retrieve, Capabilities.ReadContent);
        router.Map("POST v1/file_uploads/{file_upload_id}/send", Send, Capabilities.InsertContent);
        router.Map("POST v1/file_uploads/{file_upload_id}/complete", Complete, Capabilities.InsertContent);
    }

    private static Reply Create(Call call)
    {
        call.AllowQuery();
        call.AllowBody("mode", "filename", "content_type", "number_of_parts", "external_url");
        var mode = call.OptionalText("mode") ?? "single_part";
        if (mode is not ("single_part" or "multi_part" or "external_url"))
            throw NotionFailure.Field("body.mode",
                "`\"single_part\"`, `\"multi_part\"`, `\"external_url\"`, or `undefined`", mode);
        var filename = call.OptionalText("filename");
        if (mode != "single_part" && filename is null)
            throw NotionFailure.Field("body.filename", "defined", null, present: false);
        if (mode == "external_url"
            && call.OptionalText("external_url")?.StartsWith("https://", StringComparison.Ordinal) != true)
            throw NotionFailure.Field(
                "body.external_url", "an https URL", call.Json["external_url"], call.Json.ContainsKey("external_url"));
        FileTypes.Check(filename, call.OptionalText("content_type"));
        var upload = new FileUpload
        {
            Id = Guid.NewGuid(),
            BotId = call.Bot.Id,
            Mode = mode,
            Created = call.Now,
            Edited = call.Now,
            Expires = call.Now.AddHours(1),
            Filename = filename,
            ContentType = call.OptionalText("content_type"),
            NumberOfParts = mode == "multi_part" ? Parts(call) : null,
            ReadsLeft = mode == "external_url" ? call.State.Behavior.UploadReads : 0,
        };
        call.Workspace.Files.Add(upload);
        return Reply.Json(call, ToJson(call, upload), committedId: upload.Id.ToString());
    }

    private static int Parts(Call call)
    {
        var node = call.Json["number_of_parts"];
        if (node is null || node.GetValueKind() != JsonValueKind.Number
            || !node.AsValue().TryGetValue<int>(out var parts)
            || parts is < 1 or > 10_000)
        {
            throw NotionFailure.Field(
                "body.number_of_parts", "an integer between `1` and `10000`", node, node is not null);
        }

        return parts;
    }

    private static Reply List(Call call)
    {
        call.AllowQuery("status", "start_cursor", "page_size");
        var status = call.QueryText("status");
        if (status is not (null or "pending" or "uploaded" or "expired" or "failed"))
            throw NotionFailure.Field(
                "query.status", "`\"pending\"`, `\"uploaded\"`, `\"expired\"`, or `\"failed\"`", status);
        var uploads = call.Workspace.Files.Of(call.Bot.Id).Where(u => status is null || u.StatusAt(call.Now) == status)
            .ToList();
        return Pagination.FromQuery(call, uploads, u => u.Id, u => Json.Bytes(ToJson(call, u)), "file_upload");
    }

    private static Reply Retrieve(Call call)
    {
        call.AllowQuery();
        var upload = Find(call);
        lock (call.Workspace.Files.Lock)
        {
            if (upload.Mode == "external_url" && upload.Import is null && upload.ReadsLeft == 0)
            {
                upload.Import = new ImportResult(call.State.Behavior.ImportError, call.Now);
                upload.Failed = upload.Import.Error is not null;
                upload.Done = !upload.Failed;
            }

            var reply = Reply.Json(call, ToJson(call, upload));
            upload.ReadsLeft = Math.Max(0, upload.ReadsLeft - 1);
            return reply;
        }
    }

    private static Reply Send(Call call)
    {
        call.AllowQuery();
        var upload = Find(call);
        var (file, partNumber) = ReadForm(call);
        lock (call.Workspace.Files.Lock)
        {
            CheckPending(call, upload);
            if (upload.ContentType is { } expected && file.ContentType is { } sent && !SameType(expected, sent))
                throw NotionFailure.Validation(
                    $"The content type of the file, {sent}, does not match that of the file upload, {expected}.");
            if (file.Bytes.Length > MaxSinglePart)
                throw NotionFailure.Validation("The file is larger than 20 MB: send it in parts.");
            var replaced = upload.Parts.GetValueOrDefault(partNumber ?? 1)?.Length ?? 0;
            if (upload.Length - replaced + file.Bytes.Length > call.State.Behavior.MaxUploadBytes)
                throw NotionFailure.Validation(
                    $"The file is larger than the {call.State.Behavior.MaxUploadBytes} bytes that the workspace has.");
            if (upload.Mode == "multi_part")
            {
                var number = partNumber
                    ?? throw NotionFailure.Field("body.part_number", "defined", null, present: false);
                if (number < 1 || number > upload.NumberOfParts)
                    throw NotionFailure.Field("body.part_number", $"between `1` and `{upload.NumberOfParts}`", number);
                upload.Parts[number] = file.Bytes;
            }
            else
            {
                if (upload.Mode == "external_url")
                    throw NotionFailure.Validation("Files imported from a URL can not be sent.");
                if (partNumber is not null)
                    throw NotionFailure.Field("body.part_number", "not present", partNumber);
                upload.Parts[1] = file.Bytes;
                Finish(call, upload);
            }

            upload.Filename ??= file.Filename;
            upload.ContentType ??= file.ContentType;
            upload.Edited = call.Now;
            return Reply.Json(call, ToJson(call, upload), committedId: upload.Id.ToString());
        }
    }

    private static Reply Complete(Call call)
    {
        call.AllowQuery();
        call.AllowBody();
        var upload = Find(call);
        lock (call.Workspace.Files.Lock)
        {
            CheckPending(call, upload);
            if (upload.Mode != "multi_part")
                throw NotionFailure.Validation("Only multi-part file uploads are completed.");
            if (upload.Parts.Count != upload.NumberOfParts)
                throw NotionFailure.Validation($"{upload.Parts.Count} of {upload.NumberOfParts} parts have been sent.");
            var tooSmall = upload.Parts.FirstOrDefault(p => p.Key != upload.NumberOfParts && p.Value.Length < MinPart);
            if (tooSmall.Value is not null)
                throw NotionFailure.Validation($"Part {tooSmall.Key} is smaller than 5 MB; only the last part may be.");
            Finish(call, upload);
            upload.Edited = call.Now;
            return Reply.Json(call, ToJson(call, upload), committedId: upload.Id.ToString());
        }
    }

    private static void Finish(Call call, FileUpload upload)
    {
        upload.Failed = call.State.Behavior.UploadsFail;
        upload.Done = !upload.Failed;
        upload.ReadsLeft = call.State.Behavior.UploadReads;
        upload.Expires = call.Now.AddHours(1);
    }

    private static void CheckPending(Call call, FileUpload upload)
    {
        if (upload.StatusAt(call.Now) is var status and not "pending")
            throw NotionFailure.Validation($"File upload status is {status}, expected pending.");
    }

    private static bool SameType(string expected, string sent) =>
        string.Equals(expected.Split(';')[0].Trim(), sent.Split(';')[0].Trim(), StringComparison.OrdinalIgnoreCase);

    private static FileUpload Find(Call call)
    {
        var id = call.Id("file_upload_id");
        var upload = call.Workspace.Files.Find(id);
        return upload is not null && upload.BotId == call.Bot.Id
            ? upload
            : throw NotionFailure.NotFound("file_upload", id.ToString(), call.Bot);
    }

    private static (SentFile File, int? PartNumber) ReadForm(Call call)
    {
        if (!MediaTypeHeaderValue.TryParse(call.Http.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
        {
            throw NotionFailure.Validation(
                "body failed validation: content type should be multipart/form-data with a boundary.");
        }

        SentFile? file = null;
        int? partNumber = null;
        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(call.Body));
            // The body is in memory already: nothing here waits.
            while (reader.ReadNextSectionAsync().GetAwaiter().GetResult() is { } section)
            {
                var name = section.GetContentDispositionHeader()?.Name.Value?.Trim('"');
                var content = new MemoryStream();
                section.Body.CopyTo(content);
                if (name == "file")
                    file = new SentFile(content.ToArray(), section.AsFileSection()?.FileName, section.ContentType);
                else if (name == "part_number")
                    partNumber = Number(Encoding.UTF8.GetString(content.ToArray()));
                else
                    throw NotionFailure.Field($"body.{name}", "not present", "…");
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw NotionFailure.Validation("body failed validation: the form data is broken off.");
        }

        return (file ?? throw NotionFailure.Field("body.file", "defined", null, present: false), partNumber);
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw NotionFailure.Field("body.part_number", "a string of digits", text);

    private static JsonObject ToJson(Call call, FileUpload upload)
    {
        var status = upload.StatusAt(call.Now);
        var url = $"{call.State.BaseUri}v1/file_uploads/{upload.Id}";
        var json = new JsonObject
        {
            ["object"] = "file_upload",
            ["id"] = upload.Id.ToString(),
            ["created_time"] = Times.ToMinute(upload.Created),
            ["created_by"] = new JsonObject { ["id"] = upload.BotId.ToString(), ["type"] = "bot" },
            ["last_edited_time"] = Times.ToMinute(upload.Edited),
            ["in_trash"] = false,
            ["expiry_time"] = !upload.Attached && upload.Expires is { } expires ? Times.ToMinute(expires) : null,
            ["status"] = status,
            ["filename"] = upload.Filename,
            ["content_type"] = upload.ContentType,
            ["content_length"] = upload.Done ? upload.Import is null ? upload.Length : ImportedBytes : null,
        };
        if (call.Shape != Shape.Current)
            json["archived"] = false;
        if (upload.Import is { } import)
            json["file_import_result"] = ToJson(import);
        if (status == "pending")
            json["upload_url"] = url + "/send";
        if (upload.NumberOfParts is { } total)
        {
            if (status == "pending")
                json["complete_url"] = url + "/complete";
            json["number_of_parts"] = new JsonObject { ["total"] = total, ["sent"] = upload.Parts.Count };
        }

        return json;
    }

    private static JsonObject ToJson(ImportResult import)
    {
        var json = new JsonObject { ["imported_time"] = Times.ToMinute(import.Time) };
        json["type"] = import.Error is null ? "success" : "error";
        json[import.Error is null ? "success" : "error"] = import.Error is null
            ? []
            : new JsonObject
            {
                ["type"] = "validation_error",
                ["code"] = "file_upload_import_failed",
                ["message"] = import.Error,
                ["parameter"] = "external_url",
                ["status_code"] = null,
            };
        return json;
    }

    private sealed record SentFile(byte[] Bytes, string? Filename, string? ContentType);
}
