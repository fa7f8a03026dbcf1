# A vault in one file of CLIXML, for tests and the demo: all secret types, metadata, nothing encrypted. The vault
# parameter Path names the file; without it the file is in the home folder. The file is written beside its place and
# moved there, so that no reader sees half of it.

function Get-VaultPath {
    param([hashtable] $AdditionalParameters)

    if ($AdditionalParameters -and $AdditionalParameters.Path) { return $AdditionalParameters.Path }
    Join-Path ([Environment]::GetFolderPath('UserProfile')) '.notionauth-plain-file-vault.xml'
}

function Read-Vault {
    param([hashtable] $AdditionalParameters)

    # Names that differ only in their case are two secrets.
    $kept = [Collections.Generic.SortedDictionary[string, object]]::new([StringComparer]::Ordinal)
    $path = Get-VaultPath $AdditionalParameters
    if ([IO.File]::Exists($path)) {
        foreach ($entry in [Management.Automation.PSSerializer]::Deserialize([IO.File]::ReadAllText($path))) {
            $kept[$entry.Name] = $entry
        }
    }

    , $kept
}

function Write-Vault {
    param([hashtable] $AdditionalParameters, $Kept)

    $path = Get-VaultPath $AdditionalParameters
    $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($path))
    $beside = "$path.$([guid]::NewGuid().ToString('N'))"
    try {
        # Only its owner may read it: it is a vault all the same.
        [IO.File]::WriteAllText($beside, '')
        if ($PSVersionTable.PSVersion -ge [version]'7.4' -and -not $IsWindows) {
            [IO.File]::SetUnixFileMode($beside, 'UserRead, UserWrite')
        }
        [IO.File]::WriteAllText($beside, [Management.Automation.PSSerializer]::Serialize(@($Kept.Values), 4))
        if ([IO.File]::Exists($path)) { [IO.File]::Replace($beside, $path, [NullString]::Value) }
        else { [IO.File]::Move($beside, $path) }
    }
    finally {
        [IO.File]::Delete($beside)
    }
}

function Get-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    $entry = $null
    if ((Read-Vault $AdditionalParameters).TryGetValue($Name, [ref] $entry)) {
        Write-Output -InputObject $entry.Secret -NoEnumerate
    }
}

function Get-SecretInfo {
    [CmdletBinding()]
    param([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters)

    $pattern = [WildcardPattern]::new($(if ($Filter) { $Filter } else { '*' }), 'IgnoreCase')
    foreach ($entry in (Read-Vault $AdditionalParameters).Values) {
        if (-not $pattern.IsMatch($entry.Name)) { continue }
        [Microsoft.PowerShell.SecretManagement.SecretInformation]::new($entry.Name,
            [Microsoft.PowerShell.SecretManagement.SecretType]$entry.Type, $VaultName, $entry.Metadata)
    }
}

function Set-Secret {
    [CmdletBinding()]
    param(
        [string] $Name,
        [object] $Secret,
        [string] $VaultName,
        [hashtable] $AdditionalParameters,
        [hashtable] $Metadata
    )

    $null = $VaultName
    $type = if ($Secret -is [byte[]]) { 'ByteArray' }
    elseif ($Secret -is [string]) { 'String' }
    elseif ($Secret -is [securestring]) { 'SecureString' }
    elseif ($Secret -is [pscredential]) { 'PSCredential' }
    elseif ($Secret -is [hashtable]) { 'Hashtable' }
    else {
        throw 'This vault keeps byte[], string, SecureString, PSCredential and Hashtable, not ' +
            "$($Secret.GetType().Name)."
    }

    $kept = Read-Vault $AdditionalParameters
    $kept[$Name] = @{
        Name = $Name; Type = $type; Secret = $Secret; Metadata = if ($Metadata) { $Metadata } else { @{} }
    }
    Write-Vault $AdditionalParameters $kept
}

function Set-SecretInfo {
    [CmdletBinding()]
    param([string] $Name, [hashtable] $Metadata, [string] $VaultName, [hashtable] $AdditionalParameters)

    $kept = Read-Vault $AdditionalParameters
    if (-not $kept.ContainsKey($Name)) { throw "The secret '$Name' was not found." }
    $kept[$Name].Metadata = $Metadata
    Write-Vault $AdditionalParameters $kept
}

function Remove-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    $kept = Read-Vault $AdditionalParameters
    if (-not $kept.Remove($Name)) { throw "The secret '$Name' was not found." }
    Write-Vault $AdditionalParameters $kept
}

function Test-SecretVault {
    [CmdletBinding()]
    param([string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    $null = Read-Vault $AdditionalParameters
    $true
}
