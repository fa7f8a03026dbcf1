<#
.SYNOPSIS
Uploads files and puts them at the end of a page, in their order.
#>
param([Parameter(Mandatory)] [string] $PageId, [Parameter(Mandatory)] [string[]] $Path)

$ErrorActionPreference = 'Stop'
$uploads = foreach ($file in Get-Item -LiteralPath $Path) {
    $upload = Invoke-NotionRequest file_uploads -Method POST -Body @{}
    Invoke-NotionRequest "file_uploads/$($upload.id)/send" -InFile $file.FullName
}
$null = Invoke-NotionRequest "blocks/$PageId/children" -Method PATCH -Body @{
    children = @(
        foreach ($upload in $uploads) {
            @{ type = 'file'; file = @{ type = 'file_upload'; file_upload = @{ id = $upload.id } } }
        }
    )
}
