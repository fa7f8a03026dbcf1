<#
.SYNOPSIS
Brings a CSV file into a data source: creates what is new, changes what differs, and leaves the rest.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $DataSource,
    [string] $Key = 'SKU'
)

$ErrorActionPreference = 'Stop'
Import-Csv -LiteralPath $Path |
    Invoke-NotionRequest -DataSource $DataSource -Key $Key -AsRow -WhatIf:$WhatIfPreference
