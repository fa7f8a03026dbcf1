<#
.SYNOPSIS
Brings tickets (id, title, state) from a JSON file into a data source, and closes those that aren't in it any more.
#>
param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [string] $DataSource)

$ErrorActionPreference = 'Stop'
$tickets = Get-Content -LiteralPath $Path -Raw | ConvertFrom-Json
$tickets | Select-Object @{ Name = 'Ticket'; Expression = 'id' }, @{ Name = 'Name'; Expression = 'title' },
@{ Name = 'State'; Expression = 'state' } | Invoke-NotionRequest -DataSource $DataSource -Key Ticket -AsRow

Invoke-NotionRequest "data_sources/$DataSource/query" -All -AsRow |
    Where-Object { $_.State -ne 'Closed' -and $_.Ticket -notin $tickets.id } |
    Select-Object Ticket, @{ Name = 'State'; Expression = { 'Closed' } } |
    Invoke-NotionRequest -DataSource $DataSource -Key Ticket -AsRow
