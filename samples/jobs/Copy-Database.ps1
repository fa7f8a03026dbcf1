<#
.SYNOPSIS
Writes a data source to a CSV file, or with -Back the changes that were made in that file to the data source.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $DataSource,
    [Parameter(Mandatory)] [string] $Path,
    [string] $Key = 'Name',
    [switch] $Back
)

$ErrorActionPreference = 'Stop'
if ($Back) {
    Import-Csv -LiteralPath $Path |
        Invoke-NotionRequest -DataSource $DataSource -Key $Key -WhatIf:$WhatIfPreference | Out-Null
}
else {
    Invoke-NotionRequest "data_sources/$DataSource/query" -All -AsRow |
        Export-Csv -LiteralPath $Path -NoTypeInformation -Encoding utf8
}
