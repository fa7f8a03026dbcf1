# A vault as simple as SecretManagement allows: one file for each secret, text and SecureString only, no metadata. Its
# folder is the vault parameter Path. A file named "broken" in it makes every call fail, one named "read-only" every
# write; one named "reads" gets a line for each secret that is read.

function Assert-Usable {
    param([hashtable] $AdditionalParameters, [switch] $Writes)

    $folder = $AdditionalParameters.Path
    if (Test-Path -LiteralPath (Join-Path $folder 'broken')) { throw 'The vault is broken, as a test wants it.' }
    if ($Writes -and (Test-Path -LiteralPath (Join-Path $folder 'read-only'))) {
        throw 'The vault is read-only, as a test wants it.'
    }
    $null = New-Item -ItemType Directory -Path $folder -Force
}

function Get-SecretPath {
    param([string] $Name, [hashtable] $AdditionalParameters)

    # As strict as Azure Key Vault, so that a name that only some vaults take is found out.
    if ($Name -notmatch '^[0-9A-Za-z-]{1,127}$') {
        throw "The name '$Name' has characters that this vault doesn't take."
    }
    Join-Path $AdditionalParameters.Path "$Name.json"
}

function Get-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    Assert-Usable $AdditionalParameters
    $path = Get-SecretPath $Name $AdditionalParameters
    $reads = Join-Path $AdditionalParameters.Path 'reads'
    if (Test-Path -LiteralPath $reads) { Add-Content -LiteralPath $reads -Value $Name }
    if (-not (Test-Path -LiteralPath $path)) { return $null }
    $kept = Get-Content -LiteralPath $path -Raw | ConvertFrom-Json
    if ($kept.type -ne 'SecureString') { return $kept.text }
    $secret = [securestring]::new()
    foreach ($character in $kept.text.ToCharArray()) { $secret.AppendChar($character) }
    $secret.MakeReadOnly()
    $secret
}

function Set-Secret {
    [CmdletBinding()]
    param([string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    Assert-Usable $AdditionalParameters -Writes
    $path = Get-SecretPath $Name $AdditionalParameters
    $kept = switch ($Secret) {
        { $_ -is [securestring] } {
            @{ type = 'SecureString'; text = [Net.NetworkCredential]::new('', $_).Password }
            break
        }
        { $_ -is [string] } { @{ type = 'String'; text = $_ }; break }
        default { throw "This vault keeps text and SecureString only, not $($_.GetType().Name)." }
    }

    # Written to another file and moved, so that no reader sees half a secret.
    $whole = "$path.$([guid]::NewGuid().ToString('N'))"
    $kept | ConvertTo-Json | Set-Content -LiteralPath $whole -Encoding utf8
    [IO.File]::Move($whole, $path, $true)
}

function Remove-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    Assert-Usable $AdditionalParameters -Writes
    Remove-Item -LiteralPath (Get-SecretPath $Name $AdditionalParameters) -ErrorAction Stop
}

function Get-SecretInfo {
    [CmdletBinding()]
    param([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters)

    Assert-Usable $AdditionalParameters
    $pattern = [WildcardPattern]::new($Filter, 'IgnoreCase')
    foreach ($file in Get-ChildItem -LiteralPath $AdditionalParameters.Path -Filter '*.json') {
        if (-not $pattern.IsMatch($file.BaseName)) { continue }
        $type = (Get-Content -LiteralPath $file.FullName -Raw | ConvertFrom-Json).type
        [Microsoft.PowerShell.SecretManagement.SecretInformation]::new($file.BaseName,
            [Microsoft.PowerShell.SecretManagement.SecretType]$type, $VaultName)
    }
}

function Test-SecretVault {
    [CmdletBinding()]
    param([string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    Assert-Usable $AdditionalParameters
    $true
}
