# Plays the cases of the contract with whichever SecretManagement is first on PSModulePath, in a process and a home of
# its own, and writes what each of them did, as text, into a file of JSON.
[CmdletBinding()]
param([Parameter(Mandatory)] [string] $PlainFileVault, [Parameter(Mandatory)] [string] $ResultFile)

$ErrorActionPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
Import-Module Microsoft.PowerShell.SecretManagement -Global
$vaults = [IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../Vaults'))
$plain = $PlainFileVault
$trouble = Join-Path $vaults 'TroubleVault'
$withoutMetadata = Join-Path $vaults 'NoMetadataVault'
$troubles = 'default', 'throw', 'throw-type', 'error', 'error-and-value', 'all-and-throw', 'password', 'streams',
    'missing-command', 'value', 'number',
    'two', 'bytes', 'true', 'false', 'null'

function Register-Plain {
    param([string] $Name = 'File')
    Register-SecretVault -Name $Name -ModuleName $plain -VaultParameters @{ Path = Join-Path $folder "$Name.xml" }
}

function Register-Trouble {
    param([hashtable] $Plan = @{}, [string] $Name = 'Trouble')
    Register-SecretVault -Name $Name -ModuleName $trouble -VaultParameters ($Plan +
        @{ Calls = Join-Path $folder 'calls' })
}

<# What the vault of troubles was asked since it was last looked at. #>
function Get-Call {
    $calls = Join-Path $folder 'calls'
    if (-not [IO.File]::Exists($calls)) { return }
    [IO.File]::ReadAllLines($calls)
    [IO.File]::Delete($calls)
}

function New-Secure {
    param([string] $Text)
    $secure = [securestring]::new()
    foreach ($character in $Text.ToCharArray()) { $secure.AppendChar($character) }
    $secure
}

<# A module with a nested one of this name, which has this script; returns its path. #>
function New-Extension {
    param([string] $Script, [string] $Nested = 'Made.Extension')
    $script:Made++
    $module = Join-Path $folder "$script:Made/Made"
    $null = [IO.Directory]::CreateDirectory((Join-Path $module $Nested))
    Set-Content -LiteralPath (Join-Path $module "$Nested/$Nested.psm1") -Value $Script
    Set-Content -LiteralPath (
        Join-Path $module "$Nested/$Nested.psd1"
    ) -Value "@{ ModuleVersion = '1.0'; RootModule = '$Nested.psm1'; FunctionsToExport = '*' }"
    Set-Content -LiteralPath (
        Join-Path $module 'Made.psd1'
    ) -Value "@{ ModuleVersion = '1.0'; NestedModules = @('$Nested') }"
    $module
}

<# The script of an extension that has all that is required, or lacks a function. #>
function Get-ExtensionScript {
    param([string] $Without)
    $functions = [ordered]@{
        'Get-Secret'       = '[string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters'
        'Set-Secret'       = '[string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters'
        'Remove-Secret'    = '[string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters'
        'Get-SecretInfo'   = '[string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters'
        'Test-SecretVault' = '[string] $VaultName, [hashtable] $AdditionalParameters'
    }
    ($functions.Keys | Where-Object { $_ -ne $Without } |
        ForEach-Object { "function $_ { param($($functions[$_])) }" }) -join "`n"
}

<# Does the same with a vault of troubles for each of these plans for a function. #>
function Invoke-EachPlan {
    param([string] $Function, [string[]] $Plan, [scriptblock] $Do)
    foreach ($one in $Plan) {
        Register-Trouble @{ $Function.Replace('-', '_') = $one } -Name $one
        "-- $one"
        try { & $Do $one }
        catch { [pscustomobject]@{ PSTypeName = 'Terminating'; Record = $_ } }
    }
}

function Format-Value {
    param($Value)
    if ($null -eq $Value) { return 'null' }
    switch ($Value) {
        { $Value -is [byte[]] } { return "Byte[] $($Value -join ' ')" }
        { $Value -is [securestring] } { return "SecureString $([Net.NetworkCredential]::new('', $Value).Password)" }
        { $Value -is [pscredential] } {
            return "PSCredential $($Value.UserName) $($Value.GetNetworkCredential().Password)"
        }
        { $Value -is [Collections.IDictionary] } {
            return '{0} {{{1}}}' -f $Value.GetType().Name,
                (($Value.Keys | Sort-Object | ForEach-Object { "$_ = $(Format-Value $Value[$_])" }) -join '; ')
        }
        { $Value.GetType().FullName -eq 'Microsoft.PowerShell.SecretManagement.SecretInformation' } {
            return "SecretInformation $($Value.VaultName) $($Value.Name) $($Value.Type) $(Format-Value $Value.Metadata)"
        }
        { $Value.GetType().FullName -eq 'Microsoft.PowerShell.SecretManagement.SecretVaultInfo' } {
            return "SecretVaultInfo $($Value.Name) $($Value.ModuleName) '$($Value.ModulePath)' " +
                "'$($Value.Description)' IsDefault=$($Value.IsDefault) $(Format-Value $Value.VaultParameters)"
        }
    }

    if ($Value -is [array]) {
        return "$($Value.GetType().Name) [$((@(foreach ($one in $Value) { Format-Value $one })) -join ', ')]"
    }
    "$($Value.GetType().Name) $Value"
}

function Format-Target {
    param($Target)
    if ($null -eq $Target) { 'null' } elseif ($Target -is [string]) { "'$Target'" } else { $Target.GetType().FullName }
}

<# An error as others can rely on it: id, types, category, target; the message of what lies at its bottom, which is the
   extension's own. #>
function Format-Error {
    param([Management.Automation.ErrorRecord] $Record)
    $types = for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) {
        $exception.GetType().FullName
        $bottom = $exception
    }
    $types = @($types)
    $own = if ($bottom.Message -match '^(The extension|The inner one|This vault|The secret '')') {
        ": $($bottom.Message)"
    }
    "$($Record.FullyQualifiedErrorId) | $($types -join ' < ') | $($Record.CategoryInfo.Category) | " +
        "$(Format-Target $Record.TargetObject)$own"
}

function Format-Item {
    param($Item)
    if ($Item.PSTypeNames -and $Item.PSTypeNames[0] -eq 'Terminating') {
        return "terminating $(Format-Item $Item.Record)"
    }
    switch ($Item) {
        { $Item -is [Management.Automation.ErrorRecord] } { return "error: $(Format-Error $Item)" }
        { $Item -is [Management.Automation.WarningRecord] } {
            return "warning$(if ("$Item" -eq 'A warning.') { ': A warning.' })"
        }
        { $Item -is [Management.Automation.VerboseRecord] } {
            if ("$Item" -eq 'Forced.') { return "verbose: $Item" } else { return }
        }
        { $Item -is [Management.Automation.DebugRecord] } { return "debug: $Item" }
        { $Item -is [Management.Automation.InformationRecord] } { return "information: $Item" }
    }

    Format-Value $Item
}

<# Paths are other ones each time. #>
function Hide-Place {
    param([string] $Text)
    foreach ($place in @{ Path = $folder; As = '<folder>' }, @{ Path = $plain; As = '<plain>' },
            @{ Path = $vaults; As = '<vaults>' }, @{ Path = $HOME; As = '<home>' }) {
        $Text = $Text.Replace($place.Path, $place.As)
    }

    $Text = $Text.TrimEnd().Replace("`r", '').Replace("`n", '\n')
    $Text.Replace('Microsoft.PowerShell.SecretManagement.', '').Replace('System.Management.Automation.', '')
}

$results = foreach ($case in Get-ChildItem -LiteralPath $PSScriptRoot -Filter *.Cases.ps1 | Sort-Object Name |
        ForEach-Object { & $_.FullName }) {
    # Some vaults can't be unregistered: those of the last cases.
    foreach ($left in Get-SecretVault) {
        try { Unregister-SecretVault -SecretVault $left }
        catch { Write-Verbose "$($left.Name) stays: $_" }
    }

    $script:Made = 0
    $folder = Join-Path $HOME "case-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $null = [IO.Directory]::CreateDirectory($folder)
    $did = @()
    # One after the other: the next statement shows what an error has left.
    foreach ($statement in $case.Do.Ast.EndBlock.Statements) {
        try { . ([scriptblock]::Create($statement.Extent.Text)) *>&1 | ForEach-Object { $did += @(Format-Item $_) } }
        catch { $did += "terminating $(Format-Item $_)" }
    }

    @{ Name = $case.Name; Did = @($did | ForEach-Object { Hide-Place $_ }) }
}

$module = Get-Module Microsoft.PowerShell.SecretManagement
@{ Version = "$($module.Version)"; Path = $module.Path; Results = @($results) } | ConvertTo-Json -Depth 5 |
    Set-Content -LiteralPath $ResultFile
