# A gallery on the loopback address: it speaks as much of the PowerShell Gallery's protocol (NuGet version 2) as
# Install-PSResource needs, and reads a package's metadata from its nuspec, as the Gallery does. It ends with the
# process that started it.
[CmdletBinding()]
param([string]$Folder, [string]$ReadyFile, [int]$ParentId)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.IO.Compression.FileSystem
. (Join-Path $PSScriptRoot '../tasks/Common.ps1')
Import-Module (Get-FakeNotionModule)

function Read-Nuspec {
    param([string]$Package)
    $archive = [IO.Compression.ZipFile]::OpenRead($Package)
    try {
        $entry = $archive.Entries | Where-Object FullName -Like '*.nuspec'
        $reader = New-Object IO.StreamReader ($entry.Open())
        ([xml]$reader.ReadToEnd()).package.metadata
    }
    finally { $archive.Dispose() }
}

function ConvertTo-Entry {
    param([string]$Package, [string]$Address)
    $nuspec = Read-Nuspec $Package
    $dependencies = foreach ($one in $nuspec.GetElementsByTagName('dependency')) { '{0}:{1}:' -f $one.id, $one.version }
    $text = { param($Value) [Security.SecurityElement]::Escape("$Value") }
    @"
<entry><id>$Address/Packages(Id='$($nuspec.id)',Version='$($nuspec.version)')</id>
<title type="text">$($nuspec.id)</title>
<content type="application/zip" src="$Address/package/$($nuspec.id)/$($nuspec.version)" />
<m:properties><d:Id>$($nuspec.id)</d:Id><d:Version>$($nuspec.version)</d:Version>
<d:NormalizedVersion>$($nuspec.version)</d:NormalizedVersion>
<d:Authors>$(& $text $nuspec.authors)</d:Authors>
<d:Description>$(& $text $nuspec.description)</d:Description><d:Tags>$(& $text $nuspec.tags) PSModule</d:Tags>
<d:Dependencies>$($dependencies -join '|')</d:Dependencies>
<d:IsLatestVersion>true</d:IsLatestVersion><d:IsAbsoluteLatestVersion>true</d:IsAbsoluteLatestVersion>
<d:IsPrerelease>false</d:IsPrerelease><d:Published>2026-01-01T00:00:00</d:Published></m:properties></entry>
"@
}

function ConvertTo-Feed {
    param([object[]]$Package, [string]$Address)
    $entries = foreach ($one in $Package) { ConvertTo-Entry $one.FullName $Address }
    @"
<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"
xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">
<m:count>$(@($Package).Count)</m:count>$($entries -join "`n")</feed>
"@
}

<# The bytes of the answer; nothing where there is none. #>
function Get-Answer {
    param([Uri]$Request, [string]$Address, [string]$Folder)
    $query = [Uri]::UnescapeDataString($Request.Query)
    if ($Request.AbsolutePath -match '/package/(?<id>[\w.]+)/(?<version>[\w.]+)$') {
        $file = Get-Item -Path (Join-Path $Folder "$($Matches.id).$($Matches.version).nupkg") -ErrorAction Ignore
        if ($file) { return , [IO.File]::ReadAllBytes($file.FullName) }
        return
    }
    if ($query -match "[?&]id='(?<id>[^']+)'") {
        $packages = @(Get-ChildItem -LiteralPath $Folder -Filter "$($Matches.id).*.nupkg")
        return , [Text.Encoding]::UTF8.GetBytes((ConvertTo-Feed $packages $Address))
    }
}

$port = Get-FreePort
$listener = New-Object Net.HttpListener
$listener.Prefixes.Add("http://localhost:$port/")
$listener.Start()
$address = "http://localhost:$port/api/v2"
[IO.File]::WriteAllText("$ReadyFile.new", $address)
[IO.File]::Move("$ReadyFile.new", $ReadyFile)
while (Get-Process -Id $ParentId -ErrorAction Ignore) {
    $next = $listener.GetContextAsync()
    while (-not $next.Wait(1000)) { if (-not (Get-Process -Id $ParentId -ErrorAction Ignore)) { exit 0 } }
    $context = $next.Result
    $answer = Get-Answer $context.Request.Url $address $Folder
    if ($null -eq $answer) { $context.Response.StatusCode = 404 }
    else { $context.Response.OutputStream.Write($answer, 0, $answer.Length) }
    $context.Response.Close()
}
