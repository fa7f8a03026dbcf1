# A vault that several machines share, as Azure Key Vault is: every write is whole, and everybody, the writer included,
# sees it DelayMs later. Path is its folder: a change is a file <name>~<ticks>~<id>.json of it, and the last one that is
# old enough counts. It encrypts nothing and keeps no metadata. While there is a file named "read-only" in its folder,
# it refuses every write but the write test's, as one that fails just after it does.

Set-StrictMode -Version 3.0

function Get-Change([hashtable] $Vault, [string] $Name) {
    $seen = [datetime]::UtcNow.Ticks - 10000 * [long]$Vault.DelayMs
    [IO.Directory]::GetFiles($Vault.Path, "$Name~*.json") |
        Where-Object { [long]([IO.Path]::GetFileName($_) -split '~')[1] -le $seen } | Sort-Object
}

function Add-Change([hashtable] $Vault, [string] $Name, [string] $Text) {
    if ($Name -notlike '*write-test*' -and [IO.File]::Exists((Join-Path $Vault.Path 'read-only'))) {
        throw 'The vault is read-only, as the scenario wants it.'
    }
    # What is older than the newest that can be seen will never be seen again.
    $old = @(Get-Change $Vault $Name)
    for ($i = 0; $i -lt $old.Count - 1; $i++) { [IO.File]::Delete($old[$i]) }
    $id = [guid]::NewGuid().ToString('N')
    $half = Join-Path $Vault.Path "$id.half"
    [IO.File]::WriteAllText($half, $Text)
    [IO.File]::Move($half, (Join-Path $Vault.Path ('{0}~{1:D20}~{2}.json' -f $Name, [datetime]::UtcNow.Ticks, $id)))
}

function Read-Text([hashtable] $Vault, [string] $Name) {
    $last = Get-Change $Vault $Name | Select-Object -Last 1
    if (-not $last) { return }
    # Another machine may just have removed it: then there is a newer one.
    try { [IO.File]::ReadAllText($last) } catch [IO.FileNotFoundException] { Read-Text $Vault $Name }
}

function Get-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    $text = Read-Text $AdditionalParameters $Name
    if ($text) { [Net.NetworkCredential]::new('', $text).SecurePassword }
}

function Get-SecretInfo {
    [CmdletBinding()]
    param([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters)

    $names = [IO.Directory]::GetFiles($AdditionalParameters.Path, '*~*.json') |
        ForEach-Object { ([IO.Path]::GetFileName($_) -split '~')[0] } | Sort-Object -Unique
    foreach ($name in $names) {
        if ($name -like $Filter -and (Read-Text $AdditionalParameters $name)) {
            [Microsoft.PowerShell.SecretManagement.SecretInformation]::new($name,
                [Microsoft.PowerShell.SecretManagement.SecretType]::SecureString, $VaultName)
        }
    }
}

function Set-Secret {
    [CmdletBinding()]
    param([string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters)

    Add-Change $AdditionalParameters $Name ([Net.NetworkCredential]::new('', $Secret).Password)
    $true
}

function Remove-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    Add-Change $AdditionalParameters $Name ''
    $true
}

function Test-SecretVault {
    [CmdletBinding()]
    param([string] $VaultName, [hashtable] $AdditionalParameters)

    Test-Path -LiteralPath $AdditionalParameters.Path
}
