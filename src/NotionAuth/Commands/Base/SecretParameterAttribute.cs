using System.Management.Automation;
using System.Security;

namespace NotionAuth.Commands.Base;

/// <summary>
/// Takes a SecureString and nothing else. PowerShell's own conversion error would quote a plain text that was passed,
/// and with it the secret.
/// </summary>
internal sealed class SecretParameterAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            null => null,
            SecureString secure => secure,
            PSCredential credential => credential.Password,
            _ => throw new ArgumentTransformationMetadataException(
                "A SecureString is needed here, so that the secret shows nowhere: (Read-Host -AsSecureString), " +
                "or (Get-Secret <name>) from a vault."),
        };
}
