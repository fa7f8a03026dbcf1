<#
.SYNOPSIS
Adds a row of figures to a data source, and a number column for each figure that has none yet.
#>
param([Parameter(Mandatory)] [string] $DataSource, [Parameter(Mandatory)] [hashtable] $Metric)

$ErrorActionPreference = 'Stop'
$columns = (Invoke-NotionRequest "data_sources/$DataSource").properties.PSObject.Properties.Name
$new = @{}
$Metric.Keys | Where-Object { $_ -notin $columns } | ForEach-Object { $new[$_] = @{ number = @{} } }
if ($new.Count) { $null = Invoke-NotionRequest "data_sources/$DataSource" -Method PATCH -Body @{ properties = $new } }

Invoke-NotionRequest -DataSource $DataSource -Row (@{ Name = Get-Date -Format 'yyyy-MM-dd HH:mm' } + $Metric) -AsRow
