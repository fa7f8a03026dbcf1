<#
.SYNOPSIS
Links rows of one data source with rows of another by their names. The CSV file has the key, and the names.
#>
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $DataSource,
    [string] $Key = 'Name'
)

$ErrorActionPreference = 'Stop'

# A relation takes ids, links, or, as here, the exact titles of the rows that it leads to.
Import-Csv -LiteralPath $Path | Invoke-NotionRequest -DataSource $DataSource -Key $Key -AsRow
