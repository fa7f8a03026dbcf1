# A vault of one file for each secret, with metadata. Each call is written down, by its function's name, in calls.txt
# beside the secrets.

function Add-Call {
    param([hashtable] $AdditionalParameters, [string] $Function)

    $null = New-Item -ItemType Directory -Path $AdditionalParameters.Path -Force
    [IO.File]::AppendAllText((Join-Path $AdditionalParameters.Path 'calls.txt'), "$Function`n")
}

function Get-SecretPath {
    param([string] $Name, [hashtable] $AdditionalParameters)
    Join-Path $AdditionalParameters.Path "$Name.xml"
}

function Get-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    Add-Call $AdditionalParameters 'Get-Secret'
    $path = Get-SecretPath $Name $AdditionalParameters
    if (Test-Path -LiteralPath $path) { (Import-Clixml -LiteralPath $path).Secret }
}

function Set-Secret {
    [CmdletBinding()]
    param([string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    Add-Call $AdditionalParameters 'Set-Secret'
    [pscustomobject]@{ Secret = $Secret; Metadata = @{} } |
        Export-Clixml -LiteralPath (Get-SecretPath $Name $AdditionalParameters)
}

function Set-SecretInfo {
    [CmdletBinding()]
    param([string] $Name, [hashtable] $Metadata, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    Add-Call $AdditionalParameters 'Set-SecretInfo'
    $path = Get-SecretPath $Name $AdditionalParameters
    [pscustomobject]@{ Secret = (Import-Clixml -LiteralPath $path).Secret; Metadata = $Metadata } |
        Export-Clixml -LiteralPath $path
}

function Remove-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    Add-Call $AdditionalParameters 'Remove-Secret'
    Remove-Item -LiteralPath (Get-SecretPath $Name $AdditionalParameters) -ErrorAction Stop
}

function Get-SecretInfo {
    [CmdletBinding()]
    param([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters)

    Add-Call $AdditionalParameters 'Get-SecretInfo'
    $pattern = [WildcardPattern]::new($Filter, 'IgnoreCase')
    foreach ($file in Get-ChildItem -LiteralPath $AdditionalParameters.Path -Filter '*.xml') {
        if (-not $pattern.IsMatch($file.BaseName)) { continue }
        $metadata = [Collections.Generic.Dictionary[string, object]]::new()
        foreach ($entry in (Import-Clixml -LiteralPath $file.FullName).Metadata.GetEnumerator()) {
            $metadata[$entry.Key] = $entry.Value
        }
        [Microsoft.PowerShell.SecretManagement.SecretInformation]::new(
            $file.BaseName, [Microsoft.PowerShell.SecretManagement.SecretType]::SecureString, $VaultName,
                [Collections.ObjectModel.ReadOnlyDictionary[string, object]]::new($metadata))
    }
}

function Test-SecretVault {
    [CmdletBinding()]
    param([string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName, $AdditionalParameters
    $true
}
