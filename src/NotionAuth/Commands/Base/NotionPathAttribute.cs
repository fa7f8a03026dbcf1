using System.Collections;
using System.Management.Automation;
using NotionAuth.Conversion.FromJson;
using NotionAuth.Core.Api;

namespace NotionAuth.Commands.Base;

/// <summary>Takes links and Notion's objects for paths.</summary>
internal sealed class NotionPathAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string text => NotionLink.ToPath(text),
            IDictionary dictionary => NotionLink.PathOf(dictionary["object"] as string, dictionary["id"] as string),
            PSCustomObject => RowObject.PathOf(PSObject.AsPSObject(inputData))
                ?? NotionLink.PathOf(TextOf(inputData, "object"), TextOf(inputData, "id")),
            _ => null,
        }

        ?? inputData;

    private static string? TextOf(object? value, string name) =>
        (PSObject.AsPSObject(value).Properties[name] as PSNoteProperty)?.Value as string;
}
