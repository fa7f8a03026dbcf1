using System;
using System.Collections;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net.Http;
using System.Threading;
using NotionAuth.Commands.Base;
using NotionAuth.Conversion.ToJson;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Files;
using NotionAuth.Core.Common;
using NotionAuth.Core.Http.Bodies;
using NotionAuth.Host;

namespace NotionAuth.Commands;

/// <summary>Makes a request of the parameters of Invoke-NotionRequest, for one input.</summary>
/// <param name="command">The command, with its parameters for this input.</param>
/// <param name="session">Where the user is, for the paths of files.</param>
/// <param name="showTransfer">Makes what shows the transfer of a file as progress.</param>
/// <param name="stopToken">Ends the reading of a body.</param>
internal sealed class RequestInput(
    InvokeNotionRequestCommand command, SessionState session, Func<string, TransferDisplay> showTransfer,
    CancellationToken stopToken)
{
    /// <summary>Shows the transfer of a file; null where none is transferred.</summary>
    public TransferDisplay? Transfer { get; private set; }

    /// <summary>Reads the parameters.</summary>
    /// <param name="isSamePath">Whether the path is the same for every input.</param>
    /// <returns>The request, and what is wanted beyond its reply.</returns>
    /// <exception cref="NotionAuthException">A value can't be used. Nothing was sent.</exception>
    public (NotionRequest Request, RequestOptions Options) Read(bool isSamePath)
    {
        ParameterRules.Check(command.MyInvocation.BoundParameters);
        CheckInputIsUsed(isSamePath);
        string? inFile = Of<string>(nameof(command.InFile), command.InFile),
            outFile = Of<string>(nameof(command.OutFile), command.OutFile);
        string? transfer = inFile is not null ? $"Sending {Redaction.OneLine(inFile)}"
            : outFile is not null ? $"Writing {Redaction.OneLine(outFile)}" : null;
        Transfer = transfer is null ? null : showTransfer(transfer);
        NotionRequest request = NewRequest(inFile);
        var options = new RequestOptions
        {
            All = command.All,
            Items = command.AsRow,
            PageSize = command.PageSize > 0 ? command.PageSize : null,
            OutFile = outFile is null ? null : FilePath.Resolve(session, outFile, nameof(command.OutFile)),
            Wait = command.Wait,
            Progress = Transfer is null ? null : Transfer.Take,
        };
        return (request, options);
    }

    /// <summary>What the requests of rows have in common.</summary>
    /// <exception cref="NotionAuthException">A value can't be used. Nothing was sent.</exception>
    public NotionRequest ForRows()
    {
        ParameterRules.Check(command.MyInvocation.BoundParameters);
        ParameterRules.CheckGiven(nameof(command.Key), command.MyInvocation.BoundParameters);
        return Common("pages");
    }

    private void CheckInputIsUsed(bool isSamePath)
    {
        if (command.MyInvocation.ExpectingInput && isSamePath
            && !command.MyInvocation.BoundParameters.Values.Any(PerInput.IsScript))
            throw ParameterRules.Conflict(
                "What was piped isn't used: -Path and the other parameters are the same for every input.",
                "Leave out -Path where the paths are piped, use a script block such as -Path { \"pages/$($_.id)\" }, " +
                "or pipe nothing.");
    }

    private NotionRequest NewRequest(string? inFile)
    {
        string method = Of<string>(nameof(command.Method), command.Method, PerInputMethodAttribute.IsMethod)
            ?.ToUpperInvariant()
            ?? (inFile is null ? NotionEndpoint.DefaultMethod(command.Path) : "POST");
        PSObject? body = Of<PSObject>(nameof(command.Body), command.Body);
        ParameterRules.CheckBody(command.MyInvocation.BoundParameters, method, body);
        string? contentType = Of<string>(nameof(command.ContentType), command.ContentType);
        int? partNumber =
            Of<int?>(nameof(command.PartNumber), command.PartNumber, PerInputPartNumberAttribute.IsPartNumber);
        bool isUpload = inFile is not null && !FileUploader.IsJsonBody(command.Path, inFile, contentType);
        FileUploader.CheckParameters(command.Path, inFile, partNumber, contentType);
        string? file = inFile is null ? null : FilePath.Resolve(session, inFile, nameof(command.InFile));
        return Common(command.Path) with
        {
            Method = new HttpMethod(method),
            Query = QueryText.Pairs(
                Of<IDictionary>(nameof(command.Query), command.Query), nameof(command.Query), ErrorIds.InvalidQuery,
                stopToken),
            Body = body is not null ? ObjectToJson.Convert(body, stopToken)
                : file is null || isUpload ? null : ObjectToJson.Convert(new FileInfo(file), stopToken),
            File = !isUpload ? null : new FileBody
            {
                Path = file!,
                PartNumber = partNumber,
                ContentType = contentType,
                Progress = Transfer is null ? null : Transfer.Take,
            },
            ReturnsErrorReplies = command.SkipHttpErrorCheck,
        };
    }

    private NotionRequest Common(string path) => new()
    {
        Path = path,
        Headers = QueryText.Pairs(command.Headers, nameof(command.Headers), ErrorIds.InvalidHeader, stopToken),
        NotionVersion = command.NotionVersion,
        Timeout = TimeSpan.FromSeconds(command.TimeoutSec),
        TotalTimeout = TimeSpan.FromSeconds(command.TotalTimeoutSec),
        MaximumRetryCount = command.MaximumRetryCount,
    };

    private T? Of<T>(string parameter, object? value, Func<T, bool>? isAllowed = null) =>
        PerInput.ValueOf(parameter, value, command.InputObject, command.MyInvocation.ExpectingInput, isAllowed);
}
