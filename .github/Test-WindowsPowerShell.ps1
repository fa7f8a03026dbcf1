<#
.SYNOPSIS
Uses the staged module in Windows PowerShell 5.1, against the simulated Notion.
.DESCRIPTION
The Pester suite needs PowerShell 7.4, so this tests the assembly for Windows PowerShell. It keeps connections in the process alone and touches no vault.
It ends with exit code 1 at the first thing that isn't as it should be.
.PARAMETER Edition
The edition of PowerShell that it must run in. Core is for trying this script itself.
#>
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingConvertToSecureStringWithPlainText', '', Justification = 'The simulated Notion makes its tokens up.')]
[CmdletBinding()]
param([ValidateSet('Desktop', 'Core')] [string]$Edition = 'Desktop')

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$InformationPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
$root = Split-Path -Parent $PSScriptRoot

function Confirm-That {
    param([bool]$Condition, [string]$Fact)
    if (-not $Condition) { throw "This should be so, and isn't: $Fact" }
    Write-Information "[checked] $Fact"
}

Confirm-That ($PSVersionTable.PSEdition -eq $Edition) "This is PowerShell $($PSVersionTable.PSVersion), edition $Edition."

$manifest = @(Get-Item -Path (Join-Path $root 'out/NotionAuth/*/NotionAuth.psd1'))
Confirm-That ($manifest.Count -eq 1) 'One version of the module is staged.'
$module = Import-Module $manifest[0].FullName -PassThru
$folder = if ($Edition -eq 'Desktop') { 'desktop' } else { 'core' }
$assembly = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'NotionAuth' }
Confirm-That ((Split-Path -Leaf (Split-Path -Parent $assembly.Location)) -eq $folder) "The assembly in bin/$folder is loaded."
$lacking = @($module.ExportedCmdlets.Keys | Where-Object { "$((Get-Help $_).Synopsis)".Trim() -like "$_ *" })
Confirm-That ($module.ExportedCmdlets.Count -eq 6 -and $lacking.Count -eq 0) 'Six cmdlets are there, and each has help.'

Import-Module (Join-Path $root 'tests/NotionAuth.FakeNotion/FakeNotion.psm1')
$fake = Start-FakeNotion -Rows 250
try {
    $token = ConvertTo-SecureString $fake.internalToken -AsPlainText -Force
    $connection = Connect-NotionWorkspace -Token $token -BaseUri $fake.baseUri -Name Windows -SessionOnly
    Confirm-That ($connection.WorkspaceName -eq $fake.workspaceName) 'A token makes a connection.'
    Confirm-That ((Test-NotionToken).Status -eq 'Active') 'Its token works.'
    Confirm-That ((Invoke-NotionRequest users/me).object -eq 'user') 'A reply is an object.'

    $rows = @(Invoke-NotionRequest "data_sources/$($fake.sample.dataSourceId)/query" -Method POST -All)
    Confirm-That ($rows.Count -eq 250 -and $rows[0].object -eq 'page') 'A list is read to its end.'
    $text = "caf$([char]0xE9)"
    $comment = Invoke-NotionRequest comments -Method POST -Body @{ parent = @{ page_id = $rows[0].id }; rich_text = @(@{ text = @{ content = $text } }) }
    Confirm-That ($comment.rich_text[0].text.content -eq $text) 'A body of hashtables arrives as it is.'

    $record = $null
    try { $null = Invoke-NotionRequest "pages/$([guid]::Empty)" } catch { $record = $_ }
    Confirm-That ("$($record.FullyQualifiedErrorId)" -like 'ObjectNotFound,*' -and $record.ErrorDetails.RecommendedAction) 'An error has its id and says what to do.'

    Revoke-NotionToken -LocalOnly -Confirm:$false
    Confirm-That (@(Get-NotionConnection -ErrorAction Ignore -WarningAction Ignore | Where-Object Name -EQ Windows).Count -eq 0) 'A connection can be forgotten.'
}
finally { Stop-FakeNotion $fake }
